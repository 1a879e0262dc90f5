// What reading costs without anything else: a consumer of kafkajs that counts the bytes of the values. Joining its group is not counted.
import { createRequire } from 'node:module'

const { Kafka, logLevel } = createRequire(new URL('../../packages/connectors/package.json', import.meta.url))('kafkajs')
const [brokers, topic, expected] = process.argv.slice(2)
const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'count', logLevel: logLevel.ERROR })
const consumer = kafka.consumer({ groupId: `count-${process.pid}` })
let [messages, bytes, started, cpu] = [0, 0, 0, process.cpuUsage()]

consumer.on(consumer.events.GROUP_JOIN, () => {
  started = performance.now()
  cpu = process.cpuUsage()
})
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    for (const { value } of batch.messages) bytes += value.length
    messages += batch.messages.length
    if (messages < Number(expected)) return
    const { user, system } = process.cpuUsage(cpu)
    process.stdout.write(JSON.stringify({ messages, bytes, seconds: (performance.now() - started) / 1_000, cpuSeconds: (user + system) / 1e6 }))
    process.exit(0)
  },
})
