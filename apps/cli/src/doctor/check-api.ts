import type { GenerationView, IncidentView, SinkView, WorkerView } from '@inlet/contract'
import { stepOfRefusedQueue } from '@inlet/domain'
import type { ApiClient } from '../client/api-client.js'
import { collect, listAll } from '../client/list-all.js'
import { classifyGenerations, classifySinks } from './check-deliveries.js'
import { classifyIncidents, classifyProcesses } from './classify.js'
import { type Finding, fail, messageOf, ok, skip } from './finding.js'

interface Readiness {
  readonly status?: string
  readonly checks?: readonly { readonly name: string; readonly ok: boolean; readonly reason?: string }[]
}

/** The API to check. */
export interface ApiToCheck {
  readonly url: string
  /** A client with its key; null without one. */
  readonly client: ApiClient | null
  /** Whether the database was checked: then processes and incidents need not be requested again. */
  readonly knowsDatabase: boolean
  /** Whether the queue was checked. */
  readonly knowsQueue: boolean
}

/** Reports what a running API says about itself and, if they were not checked elsewhere, about queue, processes and incidents. */
export const checkApi = async ({ url, client, knowsDatabase, knowsQueue }: ApiToCheck): Promise<readonly Finding[]> => {
  try {
    const response = await fetch(new URL('/ready', url), { signal: AbortSignal.timeout(10_000) })
    const { status, checks = [] } = (await response.json()) as Readiness
    const lacking = checks.filter((check) => !check.ok)
    if (status !== 'ready' && lacking.length === 0) return [fail('api', `what answers at ${url} is not Inlet's API`, 'Check the address.')]
    const own =
      status === 'ready'
        ? [ok('api', `${url} is ready`)]
        : causesOf(lacking).map(({ name, reason }) => fail(`api: ${name}`, reason ?? 'not ready', stepOf(name, reason)))
    const queue = knowsQueue ? [] : queueOf(checks)
    return [...own, ...queue, ...(knowsDatabase ? [] : await askForMore(client)), ...(status === 'ready' ? await askForDeliveries(client) : [])]
  } catch (error) {
    return [fail('api', `${url} does not answer: ${messageOf(error)}`, 'Start it (`inlet up`), or check the address.')]
  }
}

type Check = NonNullable<Readiness['checks']>[number]

const SEE_LOG = 'See the log of the api, and what is said above.'
const STEPS: Readonly<Record<string, string>> = {
  database: 'Start Postgres, or see its log; the api continues by itself.',
  queue: 'Start what holds the queue (Redis, or Postgres without REDIS_URL), or see its log; the api continues by itself.',
  clock: 'Let both machines set their clocks by NTP; workers take no jobs meanwhile.',
}

/** Redis settings that risk jobs, and the commands that change them until its next start. */
const REDIS_SETTING = /^(?:appendonly|maxmemory-policy) /u
const SET_REDIS =
  'Run `redis-cli config set appendonly yes` and `redis-cli config set maxmemory-policy noeviction` there, and write both into redis.conf, as in docker-compose.yml.'

const stepOf = (name: string, reason = ''): string =>
  (name === 'queue' ? (stepOfRefusedQueue(reason) ?? (REDIS_SETTING.test(reason) ? SET_REDIS : null)) : null) ??
  STEPS[NO_DATABASE.test(reason) ? 'database' : name] ??
  SEE_LOG

/** Checks that cannot succeed without a database. */
const NEED_DATABASE = ['migrations', 'encryption', 'clock']
const NO_DATABASE = /^(?:DATABASE_UNAVAILABLE|P\d{4})\b/u

/** Leaves out what only follows from a database that is unavailable or refuses, unless there is nothing else to say. */
const causesOf = (lacking: readonly Check[]): readonly Check[] => {
  const isUnavailable = lacking.some(({ name }) => name === 'database')
  const causes = lacking.filter(({ name, reason }) => !NEED_DATABASE.includes(name) || !(isUnavailable || NO_DATABASE.test(reason ?? '')))
  return causes.length > 0 ? causes : lacking
}

/** Returns the queue's finding if it responds; otherwise it is among the findings of the API itself. */
const queueOf = (checks: NonNullable<Readiness['checks']>): readonly Finding[] =>
  checks.some(({ name, ok: answers }) => name === 'queue' && answers) ? [ok('queue', 'answers the api')] : []

/** Only visible with a key; left out without one. */
const askForDeliveries = async (client: ApiClient | null): Promise<readonly Finding[]> => {
  if (client === null) return []
  try {
    const sinks = await collect(listAll<SinkView>(client, '/v1/sinks', {}))
    const { items } = await client.call<{ readonly items: readonly GenerationView[] }>('GET', '/v1/search/generations')
    return [...classifySinks(sinks), ...classifyGenerations(items)]
  } catch (error) {
    return [skip('sinks', `not looked at: ${messageOf(error)}`)]
  }
}

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
