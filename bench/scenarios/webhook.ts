import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@inlet/db'
import { SIGNING_SECRET, signedEvent } from '../inputs/signed-event.js'
import type { Measure } from '../report/measure.js'
import { percentile } from '../report/statistics.js'
import { readCpuSeconds } from '../stack/cpu-time.js'
import { createPushConnection, type PushConnection } from '../stack/push-client.js'
import { openStack } from '../stack/stack.js'
import { until } from '../stack/until.js'
import type { Scenario } from './scenario.js'

const CONNECTIONS = 256
const RATE = 2_000

/** Pushed events: at a steady rate with everything running, then as fast as they go, beside the same requests without storing. */
export const measureWebhook: Scenario = async (context) => {
  const { settings, backend } = context
  const seconds = settings.quick ? 5 : 60
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'webhook', workers: 1 })
  const url = new URL(stack.url)
  const connections = Array.from({ length: CONNECTIONS }, () => createPushConnection(url))
  try {
    const source = (
      await stack.api.call<{ id: string }>('POST', '/v1/sources', {
        name: 'Pushed',
        connector: 'webhook',
        config: { signature: { scheme: 'github' } },
        secrets: { signingSecret: SIGNING_SECRET },
      })
    ).body.id
    const request = (event: 'issues' | 'ping', id: string): Buffer => signedEvent(url, source, event, id)
    await asFastAsTheyGo(connections, 1, (n) => request('ping', `warm-${n}`))
    const cpu = (): readonly number[] => stack.processes.map(({ pid }) => readCpuSeconds(pid))
    const before = cpu()
    const started = performance.now()
    const steady = await atRate(connections, { perSecond: RATE, seconds, request: (n) => request('issues', `steady-${n}`) })
    const sentFor = (performance.now() - started) / 1_000
    await expectStored(stack.database, source, steady.accepted)
    const storedAfter = (performance.now() - started) / 1_000 - sentFor
    context.note(
      `${steady.accepted} accepted in ${sentFor.toFixed(1)} s, all stored once ${storedAfter.toFixed(1)} s later; answers ${JSON.stringify(steady.statuses)}`,
    )
    const used = cpu().map((now, n) => ((now - (before[n] ?? 0)) / steady.accepted) * 1_000)
    const burst = settings.quick ? 3 : 10
    const bare = await asFastAsTheyGo(connections, burst, (n) => request('ping', `bare-${n}`))
    const durable = await asFastAsTheyGo(connections, burst, (n) => request('issues', `burst-${n}`))
    await expectStored(stack.database, source, steady.accepted + durable.accepted)
    const measure = (what: string, value: number, unit: string): Measure => ({ scenario: 'webhook', backend, what, value, unit })
    const offered = `at ${RATE}/s for ${seconds} s`
    return [
      {
        ...measure(`events accepted and stored once, ${offered}`, steady.accepted / sentFor, '/s'),
        target: { of: 'value', sense: 'at least', limit: 0.99 * RATE },
      },
      measure(`answer, p50, ${offered}`, percentile(steady.times, 0.5), 'ms'),
      measure(`answer, p99, ${offered}`, percentile(steady.times, 0.99), 'ms'),
      measure('all of them stored after the last answer', storedAfter, 's'),
      ...stack.processes.map(({ app }, n) => measure(`processor time of the ${app} for 1,000 events`, used[n] ?? Number.NaN, 's')),
      {
        ...measure(`events accepted as fast as they go, ${CONNECTIONS} connections`, durable.accepted / burst, '/s'),
        beside: { name: 'same requests, not stored', value: bare.accepted / burst, ratio: durable.accepted / bare.accepted },
      },
    ]
  } finally {
    for (const connection of connections) connection.close()
    await stack.close()
  }
}

interface Sent {
  readonly accepted: number
  readonly statuses: Readonly<Record<number, number>>
  /** Milliseconds from when an event was due to its answer: a sender that falls behind counts. */
  readonly times: readonly number[]
}

/** Open loop: events are due at their moment whatever became of those before. One that is refused with 503 is sent again. */
const atRate = async (
  connections: readonly PushConnection[],
  { perSecond, seconds, request }: { readonly perSecond: number; readonly seconds: number; readonly request: (n: number) => Buffer },
): Promise<Sent> => {
  const total = perSecond * seconds
  const statuses: Record<number, number> = {}
  const times: number[] = []
  const started = performance.now()
  let next = 0
  await Promise.all(
    connections.map(async (connection) => {
      while (next < total) {
        const n = next++
        const due = started + (n / perSecond) * 1_000
        const early = due - performance.now()
        if (early > 1) await delay(early)
        const bytes = request(n)
        for (let status = 0; status !== 202; ) {
          status = await connection.send(bytes)
          statuses[status] = (statuses[status] ?? 0) + 1
          if (status === 503) await delay(1_000)
          else if (status !== 202) throw new Error(`an event was answered with ${status}`)
        }
        times.push(performance.now() - due)
      }
    }),
  )
  return { accepted: times.length, statuses, times }
}

/** Closed loop: each connection sends the next request when it has its answer. */
const asFastAsTheyGo = async (connections: readonly PushConnection[], seconds: number, request: (n: number) => Buffer): Promise<Sent> => {
  const end = performance.now() + seconds * 1_000
  const statuses: Record<number, number> = {}
  let next = 0
  let accepted = 0
  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() < end) {
        const status = await connection.send(request(next++))
        statuses[status] = (statuses[status] ?? 0) + 1
        if (status === 200 || status === 202) accepted += 1
        else if (status !== 503) throw new Error(`a request was answered with ${status}`)
      }
    }),
  )
  return { accepted, statuses, times: [] }
}

/** Every accepted event is a record, once, and no other is. */
const expectStored = async (database: Database, source: string, accepted: number): Promise<void> => {
  const count = async (): Promise<number> => {
    const { rows } = await database.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM records WHERE source_id = $1 AND deleted_at IS NULL', [
      source,
    ])
    return rows[0]?.n ?? 0
  }
  await until(`${accepted} events to be stored`, async () => ((await count()) >= accepted ? true : null), { everyMs: 200 })
  const stored = await count()
  if (stored !== accepted) throw new Error(`${accepted} events were accepted and ${stored} stored`)
}
