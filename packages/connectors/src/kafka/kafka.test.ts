import { describe, expect, it } from 'vitest'
import { type KafkaSecrets, kafkaConfig, parseAddress, validateKafka } from './config.js'
import { parseCursor, toCursor } from './cursor.js'
import { describeLag } from './read/read-topic.js'
import { matches } from './streams.js'

describe('the cursor', () => {
  it('holds a thousand partitions with a billion messages each in 8 KiB, and survives a round trip', () => {
    const positions = new Map(Array.from({ length: 1_000 }, (_, partition) => [partition, 1_000_000_000 + partition]))
    const cursor = toCursor(positions)
    expect(JSON.stringify(cursor).length).toBeLessThan(8_192)
    expect(parseCursor(cursor)).toEqual(positions)
  })
  it('keeps gaps and emptiness', () => {
    for (const positions of [
      new Map(),
      new Map([[3, 0]]),
      new Map([
        [0, 5],
        [2, 2 ** 52],
      ]),
    ])
      expect(parseCursor(toCursor(positions))).toEqual(positions)
    expect(parseCursor(null)).toBeNull()
  })
  it.each([5, 'x', {}, { v: 1 }, { v: 2, next: '1' }, { v: 1, next: '1,-2' }, { v: 1, next: 'zzzzzzzzzzzz' }, { v: 1, next: 'A' }, []])(
    'refuses %j',
    (cursor) => {
      expect(() => parseCursor(cursor as never)).toThrow(expect.objectContaining({ reason: 'CURSOR_INVALID' }) as Error)
    },
  )
})

describe('settings', () => {
  it.each([
    ['orders', 'orders', true],
    ['orders', 'orders2', false],
    ['orders.*', 'orders.eu', true],
    ['orders.*', 'ordersXeu', false],
    ['*', 'anything', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'ac', false],
    ['ab*ba', 'aba', false],
  ])('%s means %s: %s', (name, topic, meant) => {
    expect(matches(topic, name)).toBe(meant)
  })
  it('reads addresses, including IPv6', () => {
    expect(parseAddress('kafka.example.com:9092', 'f')).toEqual({ host: 'kafka.example.com', port: 9092 })
    expect(parseAddress('[::1]:9092', 'f')).toEqual({ host: '::1', port: 9092 })
    for (const text of ['kafka', 'kafka:0', 'kafka:70000', 'http://kafka:9092', 'a b:1', '::1:9092', ':9092'])
      expect(() => parseAddress(text, 'f')).toThrow(expect.objectContaining({ reason: 'VALIDATION_FAILED', field: 'f' }) as Error)
  })
  it.each<[string, object, KafkaSecrets, string]>([
    ['SASL that sends the password in clear', { sasl: 'plain' }, { username: 'u', password: 'p' }, 'config.sasl'],
    ['SASL without an account', { sasl: 'plain' }, { password: 'p' }, 'secrets.username'],
    ['a certificate without its key', { tls: { enabled: true } }, { certificate: 'c' }, 'secrets.privateKey'],
    ['certificates without TLS', {}, { ca: 'c' }, 'config.tls.enabled'],
    ['an address without a port', { brokers: ['kafka'] }, {}, 'config.brokers.0'],
  ])('refuses %s', (_name, change, secrets, field) => {
    const config = kafkaConfig.parse({ brokers: ['k:1'], topics: ['t'], ...change })
    expect(() => validateKafka(config, secrets)).toThrow(expect.objectContaining({ field }) as Error)
  })
})

describe('describeLag', () => {
  it('names the partitions that lag most, and how many more do', () => {
    const ends = new Map(Array.from({ length: 13 }, (_, partition) => [partition, partition * 10]))
    const { note } = describeLag(5, new Map([[12, 100]]), ends)
    expect(note).toMatch(/^lag 680 \(partition 11: 110, partition 10: 100, .*, 2 more\)$/u)
    expect(describeLag(5, ends, ends)).toEqual({ done: 5, note: 'up to date' })
  })
})
