import {
  Failure,
  JsonNumber,
  type JsonObject,
  type JsonValue,
  parseJsonLossless,
  type RejectedRecord,
  type SourceRecord,
  toFailure,
} from '@inlet/connector-sdk'
import type { KafkaConfig } from '../config.js'
import type { Message } from './decode-batches.js'

export interface Place {
  readonly topic: string
  readonly partition: number
}

type Form = Pick<KafkaConfig, 'format' | 'key'>

const RAW_BYTES = 64 * 1024
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Turns a message into a record, or the reason why it cannot be one. Pure. */
export const toRecord = (message: Message, place: Place, form: Form): SourceRecord | RejectedRecord => {
  try {
    return read(message, place, form)
  } catch (thrown) {
    const failure = toFailure(thrown)
    if (failure.code !== 'record_invalid') throw thrown
    const raw = (message.value ?? Buffer.alloc(0)).subarray(0, RAW_BYTES).toString('utf8')
    return { stream: place.topic, key: [place.partition, message.offset], reason: failure.reason, message: failure.message, raw }
  }
}

const read = (message: Message, { topic, partition }: Place, form: Form): SourceRecord => {
  const { offset, timestamp } = message
  const compacted = form.key === 'message'
  if (compacted && message.key === null)
    throw new Failure('RECORD_KEY_MISSING', `the message at offset ${offset} of partition ${partition} has no key, and \`key\` is \`message\``)
  const key = compacted && message.key !== null ? textOf(message.key) : [partition, offset]
  const kind = compacted ? 'row' : 'event'
  if (compacted && message.value === null) return { stream: topic, key, kind, data: {}, op: 'delete' }
  const value = message.value === null ? null : valueOf(message.value, form.format)
  const headers = headersOf(message.headers)
  const occurredAt = timestamp >= 0 ? new Date(timestamp) : undefined
  return {
    stream: topic,
    key,
    kind,
    text: form.format === 'binary' ? undefined : textsOf(value),
    occurredAt,
    data: { topic, partition, offset, key: message.key === null ? null : textOf(message.key), value, ...(headers === undefined ? {} : { headers }) },
  }
}

const valueOf = (bytes: Buffer, format: KafkaConfig['format']): JsonValue => {
  if (format === 'binary') return bytes.toString('base64')
  const text = strictText(bytes)
  if (format === 'text') return text
  try {
    return parseJsonLossless(text) as JsonValue
  } catch (error) {
    throw new Failure('RECORD_INVALID', `the value is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : ''}`, { cause: error })
  }
}

const strictText = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes)
  } catch (error) {
    throw new Failure('RECORD_INVALID', 'the value is not text in UTF-8; see `format`', { cause: error })
  }
}

/** Keys and headers are bytes; those that are not text become base64, marked as such. */
const textOf = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes)
  } catch {
    return `base64:${bytes.toString('base64')}`
  }
}

/** By name; a name that occurs more than once gets a list. */
const headersOf = (headers: Message['headers']): JsonObject | undefined => {
  if (headers.length === 0) return undefined
  const byName = new Map<string, (string | null)[]>()
  for (const [name, value] of headers) byName.set(name, [...(byName.get(name) ?? []), value === null ? null : textOf(value)])
  return Object.fromEntries([...byName].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? null) : values]))
}

const LONGEST = 150_000

/** Collects the strings of a value, one a line, for full-text search. Undefined when there are none. */
const textsOf = (value: JsonValue | undefined): string | undefined => {
  const texts: string[] = []
  let length = 0
  const pending: (JsonValue | undefined)[] = [value]
  while (pending.length > 0 && length < LONGEST) {
    const next = pending.pop()
    if (typeof next === 'string') {
      texts.push(next)
      length += next.length + 1
    } else if (typeof next === 'object' && next !== null && !(next instanceof JsonNumber))
      for (const child of Object.values(next).toReversed()) pending.push(child)
  }
  return texts.length === 0 ? undefined : texts.join('\n').slice(0, LONGEST)
}
