import { findLibrdkafka, type MockMessage, startMockCluster } from '@inlet/testing'
import { createRandom, createZipfWords } from './zipf-words.js'

export interface KafkaTopic {
  readonly brokers: readonly string[]
  readonly name: string
  readonly messages: number
  readonly partitions: number
  /** Average bytes of a value. */
  readonly bytesPerMessage: number
  close(): void
}

const BROKERS = 2
const PIECE = 1_000
/** The mock cluster keeps 5 MB of each partition and drops what is older. */
const MESSAGES_PER_PARTITION = 3_000

/**
 * Starts a cluster that speaks Kafka's protocol over TCP, within this process, and fills a topic with events of 1 KB as JSON, without
 * compression. The values are numbered by `id`, from 0. Null, with a note that names it, when a tool is missing. The caller closes it.
 */
export const fillKafkaTopic = (messages: number, note: (message: string) => void): KafkaTopic | null => {
  const library = findLibrdkafka()
  if (library === null) {
    note('librdkafka1 is not installed, or `npm run counterparts` was not run: not measured')
    return null
  }
  const cluster = startMockCluster(library, BROKERS)
  const name = 'events'
  const partitions = Math.max(4, Math.ceil(messages / MESSAGES_PER_PARTITION))
  cluster.createTopic(name, partitions)
  const valueOf = createValues()
  let bytes = 0
  for (let from = 0; from < messages; from += PIECE) {
    const piece = Array.from({ length: Math.min(PIECE, messages - from) }, (_, index): MockMessage => {
      const n = from + index
      const value = valueOf(n)
      bytes += Buffer.byteLength(value)
      return { partition: n % partitions, key: `order-${n}`, value }
    })
    cluster.produce(name, piece)
  }
  return { brokers: cluster.brokers, name, messages, partitions, bytesPerMessage: Math.round(bytes / messages), close: () => cluster.close() }
}

const SIZE = 1_000
const STATES = ['created', 'paid', 'packed', 'sent', 'returned']

const createValues = (): ((n: number) => string) => {
  const random = createRandom(20_261_130)
  const word = createZipfWords(random)
  const below = (limit: number): number => Math.floor(random() * limit)
  return (n) => {
    const event = {
      id: n,
      type: `order.${STATES[below(STATES.length)]}`,
      at: new Date(Date.UTC(2026, 0, 1) + n * 250).toISOString(),
      customer: { id: below(100_000), name: `${word()} ${word()}`, email: `user${below(100_000)}@example.com`, premium: random() < 0.2 },
      currency: 'EUR',
      total: below(100_000) / 100,
      items: Array.from({ length: 3 }, () => ({
        sku: `SKU-${below(10_000)}`,
        title: `${word()} ${word()}`,
        quantity: 1 + below(5),
        price: below(10_000) / 100,
      })),
      address: { street: `${word()} ${below(200)}`, city: word(), zip: String(10_000 + below(80_000)), country: 'DE' },
      note: '',
    }
    const rest = SIZE - JSON.stringify(event).length
    while (event.note.length < rest) event.note += `${event.note === '' ? '' : ' '}${word()}`
    return JSON.stringify(event)
  }
}
