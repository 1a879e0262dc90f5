import { fillKafkaTopic, type KafkaTopic } from '../inputs/kafka-topic.js'
import { countKafkaTopic } from '../peers/kafka-count.js'
import type { Measure } from '../report/measure.js'
import { median } from '../report/statistics.js'
import { openStack, type Stack } from '../stack/stack.js'
import { describeCpu, readStackCpu } from '../stack/stack-cpu.js'
import { until } from '../stack/until.js'
import type { Scenario } from './scenario.js'

/** Messages per second of one topic until they are stored, beside a consumer of the same client library that only counts. */
export const measureKafka: Scenario = async (context) => {
  const { backend, settings, postgres, binaries, note } = context
  const topic = fillKafkaTopic(settings.messages, note)
  if (topic === null) return []
  note(`${topic.messages} messages of ${topic.bytesPerMessage} bytes in ${topic.partitions} partitions`)
  const rates = { inlet: [] as number[], kafkajs: [] as number[] }
  try {
    for (let n = 0; n < settings.repetitions; n += 1) {
      // Alone, and an installation for each round: otherwise the indexer would still be busy with the round before.
      const counted = await countKafkaTopic(topic)
      rates.kafkajs.push(topic.messages / counted.seconds)
      const stack = await openStack({
        ...context,
        redisServer: binaries['redis-server'],
        name: 'kafka',
        workers: 1,
        env: { INLET_EGRESS_ALLOW: topic.brokers.join(',') },
      })
      try {
        const before = readStackCpu(stack, postgres.pid)
        const own = process.cpuUsage()
        const seconds = await readOnce(stack, topic)
        const { user, system } = process.cpuUsage(own)
        rates.inlet.push(topic.messages / seconds)
        note(`round ${n + 1}: stored in ${seconds.toFixed(2)} s; kafkajs ${counted.seconds.toFixed(2)} s`)
        const used = describeCpu(before, readStackCpu(stack, postgres.pid))
        const broker = ((user + system) / 1e6).toFixed(1)
        note(`processor seconds until stored: ${used}, broker with this process ${broker}; kafkajs ${counted.cpuSeconds.toFixed(1)}`)
        await expectEachOnce(stack, topic)
      } finally {
        await stack.close()
      }
    }
  } finally {
    topic.close()
  }
  const [value, beside] = [median(rates.inlet), median(rates.kafkajs)]
  return [
    {
      scenario: 'kafka',
      backend,
      what: 'topic with messages of 1 KB → stored records, beside kafkajs, which only counts',
      value,
      unit: 'messages/s',
      beside: { name: 'kafkajs', value: beside, ratio: value / beside },
      target: { of: 'ratio', sense: 'at least', limit: 0.25 },
      values: rates.inlet,
    } satisfies Measure,
  ]
}

/** Registers the topic as a source; returns the seconds until its run, which keeps listening, has stored as many records as there are messages. */
const readOnce = async ({ api, database }: Stack, { brokers, name, messages }: KafkaTopic): Promise<number> => {
  const started = performance.now()
  const { body } = await api.call<{ id: string }>('POST', '/v1/sources', { name: 'Topic', connector: 'kafka', config: { brokers, topics: [name] } })
  await until('the messages to be stored', async () => {
    const { rows } = await database.pool.query<Run>(
      'SELECT status, inserted, quarantined, error_reason, error_message FROM runs WHERE source_id = $1',
      [body.id],
    )
    const run = rows[0]
    if (run?.status === 'ended' || Number(run?.quarantined ?? 0) > 0)
      throw new Error(`the run ended, or put messages into quarantine: ${run?.error_reason} ${run?.error_message}`)
    return Number(run?.inserted ?? 0) >= messages || null
  })
  return (performance.now() - started) / 1_000
}

interface Run {
  readonly status: string
  readonly inserted: string
  readonly quarantined: string
  readonly error_reason: string | null
  readonly error_message: string | null
}

/** Every message is a record, once, with its value. */
const expectEachOnce = async ({ database }: Stack, { messages }: KafkaTopic): Promise<void> => {
  const { rows } = await database.pool.query<{ records: number; ids: number; sum: string }>(
    `SELECT count(*)::int AS records, count(DISTINCT id)::int AS ids, sum(id) AS sum
     FROM (SELECT (data->'value'->>'id')::bigint AS id FROM records WHERE deleted_at IS NULL) stored`,
  )
  const found = rows[0]
  if (found?.records !== messages || found.ids !== messages || Number(found.sum) !== (messages * (messages - 1)) / 2)
    throw new Error(`${messages} messages are ${found?.records} records with ${found?.ids} different ids`)
}
