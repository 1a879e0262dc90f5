import type { IncidentView, WorkerView } from '@inlet/contract'
import type { ApiClient } from '../client/api-client.js'
import { collect, listAll } from '../client/list-all.js'
import { classifyIncidents } from './check-incidents.js'
import { classifyProcesses } from './check-processes.js'
import { type Finding, fail, messageOf, ok, skip } from './finding.js'

interface Readiness {
  readonly status?: string
  readonly checks?: readonly { readonly name: string; readonly ok: boolean; readonly reason?: string }[]
}

/** What is asked of an API. */
export interface ApiToCheck {
  readonly url: string
  /** With its key; null without one. */
  readonly client: ApiClient | null
  /** Whether the database was looked at: what it says of processes and incidents need not be asked for again. */
  readonly knowsDatabase: boolean
}

/** What a running API says of itself and, where nothing else was asked, of queue, processes and incidents. */
export const checkApi = async ({ url, client, knowsDatabase }: ApiToCheck): Promise<readonly Finding[]> => {
  try {
    const response = await fetch(new URL('/ready', url), { signal: AbortSignal.timeout(10_000) })
    const { status, checks = [] } = (await response.json()) as Readiness
    const lacking = checks.filter((check) => !check.ok)
    if (status !== 'ready' && lacking.length === 0) return [fail('api', `what answers at ${url} is not Inlet's API`, 'Check the address.')]
    const own =
      status === 'ready'
        ? [ok('api', `${url} is ready`)]
        : lacking.map(({ name, reason }) => fail(`api: ${name}`, reason ?? 'not ready', 'See the log of the api, and what is said above.'))
    return knowsDatabase ? own : [...own, ...queueOf(checks), ...(await askForMore(client))]
  } catch (error) {
    return [fail('api', `${url} does not answer: ${messageOf(error)}`, 'Start it (`inlet up`), or check the address.')]
  }
}

/** One that does not answer is among the findings of the API itself. */
const queueOf = (checks: NonNullable<Readiness['checks']>): readonly Finding[] =>
  checks.some(({ name, ok: answers }) => name === 'queue' && answers) ? [ok('queue', 'answers the api')] : []

const NAMES = ['processes', 'incidents'] as const

const askForMore = async (client: ApiClient | null): Promise<readonly Finding[]> => {
  if (client === null) return NAMES.map((name) => skip(name, 'not looked at: the API wants a key; set INLET_API_KEY, or give --key'))
  try {
    const workers = await collect(listAll<WorkerView>(client, '/v1/workers', {}))
    const incidents = await collect(listAll<IncidentView>(client, '/v1/incidents', {}))
    return [classifyProcesses(workers), classifyIncidents(incidents)]
  } catch (error) {
    return NAMES.map((name) => skip(name, `not looked at: ${messageOf(error)}`))
  }
}
