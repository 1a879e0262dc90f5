import {
  canonicalJson,
  Failure,
  hasUnstorableText,
  keyHash,
  keyText,
  MAX_RECORD_BYTES,
  type PackedRecord,
  type RejectedRecord,
  type SourceRecord,
  sha256Hex,
  toFailure,
  toStorableText,
} from '@inlet/domain'

const MAX_RAW = 65_536
/** A larger record is not kept in full in quarantine, in characters. */
const MAX_KEPT = 1_048_576
const MAX_VALIDATOR = 1_024
const ISO = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?$/

/** One entry of a payload, as a line of JSON. */
export interface PackedLine {
  readonly line: string
  /** Size of the line in UTF-8. */
  readonly bytes: number
  readonly op: PackedRecord['o']
  /** Identity within a batch: stream and key hash; empty for quarantine entries, which are never identical. */
  readonly identity: string
  /** Empty if there is no key. */
  readonly keyHash: string
}

/** Packs a record for transport; one that cannot be stored becomes a quarantine entry instead, with the record it was mapped from. Pure. */
export const packRecord = (record: SourceRecord, origin: SourceRecord = record): PackedLine => {
  try {
    return record.op === 'delete' ? packKey(record.stream, record.key, 'd') : packUpsert(record)
  } catch (error) {
    const failure = toFailure(error)
    if (failure.code !== 'record_invalid') throw error
    const { reason, message } = failure
    return packRejected({ stream: record.stream, key: origin.key, reason, message, raw: safeRaw(origin), record: origin })
  }
}

const packUpsert = (record: SourceRecord): PackedLine => {
  const { stream, key, kind, title, text, url, validator, scope } = record
  const keyJson = canonicalJson(key)
  const hash = sha256Hex(keyJson)
  const at = toIso(record.occurredAt)
  const data = canonicalJson(record.data)
  if (data.charCodeAt(0) !== 123) throw new Failure('RECORD_INVALID', 'data must be an object')
  // Canonical JSON of [kind, title, text, url, at, data], assembled here so that the data text is built only once.
  const [titleJson, textJson, urlJson] = [optional(title), optional(text), optional(url)]
  const head = `${titleJson},${textJson},${urlJson},${optional(at)}`
  const content = sha256Hex(`["${kind}",${head},${data}]`)
  let line = `{"s":${JSON.stringify(stream)},"k":${typeof key === 'string' ? keyJson : JSON.stringify(keyJson)},"h":"${hash}","o":"u","c":"${content}","kind":"${kind}"`
  if (title !== undefined) line += `,"title":${titleJson}`
  if (text !== undefined) line += `,"text":${textJson}`
  if (url !== undefined) line += `,"url":${urlJson}`
  if (at !== undefined) line += `,"at":"${at}"`
  if (validator !== undefined) line += `,"val":${JSON.stringify(checkValidator(validator))}`
  if (scope !== undefined) line += `,"scope":${JSON.stringify(scope)}`
  line += `,"data":${data}}`
  const bytes = Buffer.byteLength(line)
  if (bytes > MAX_RECORD_BYTES) throw new Failure('RECORD_TOO_LARGE', `the record has more than ${MAX_RECORD_BYTES} bytes`)
  if (hasUnstorableText(line)) throw new Failure('TEXT_NOT_STORABLE', 'the record contains a NUL character or half of a surrogate pair')
  return { line, bytes, op: 'u', identity: `${stream} ${hash}`, keyHash: hash }
}

const optional = (text: string | undefined): string => (text === undefined ? 'null' : JSON.stringify(text))

/** Packs a key without content: gone (`d`) or still there and unchanged (`n`). */
export const packKey = (stream: string, key: SourceRecord['key'], op: 'd' | 'n'): PackedLine => {
  const hash = keyHash(key)
  // A delete may have to stand in for a record that comes later, and then shows its key; an unchanged key is already stored.
  const text = op === 'd' ? safeKeyText(key) : ''
  const line = `{"s":${JSON.stringify(stream)},"k":${JSON.stringify(text)},"h":"${hash}","o":"${op}"}`
  return {
    line,
    bytes: Buffer.byteLength(line),
    op,
    identity: `${stream} ${hash}`,
    keyHash: hash,
  }
}

/** Packs a quarantine entry. */
export const packRejected = (rejected: RejectedRecord): PackedLine => {
  const whole = wholeOf(rejected.record)
  const scope = rejected.scope ?? rejected.record?.scope
  const hash = rejected.key === undefined ? '' : safeKeyHash(rejected.key)
  const entry = {
    s: toStorableText(rejected.stream),
    k: rejected.key === undefined ? '' : safeKeyText(rejected.key),
    h: hash,
    o: 'q',
    r: rejected.reason,
    m: toStorableText(rejected.message).slice(0, 2_000),
    ...(rejected.raw === undefined ? {} : { raw: toStorableText(rejected.raw.slice(0, MAX_RAW)) }),
    ...(whole === undefined ? {} : { rec: whole }),
    ...(scope === undefined ? {} : { scope: toStorableText(scope) }),
  } satisfies PackedRecord
  const line = JSON.stringify(entry)
  return { line, bytes: Buffer.byteLength(line), op: 'q', identity: '', keyHash: hash }
}

/** Returns JSON text that reads back as the same record; undefined if there is none, or it is too large to keep. */
const wholeOf = (record: SourceRecord | undefined): string | undefined => {
  if (record === undefined) return undefined
  try {
    const text = canonicalJson(record)
    return text.length > MAX_KEPT ? undefined : text
  } catch {
    return undefined
  }
}

const toIso = (at: SourceRecord['occurredAt']): string | undefined => {
  if (at === undefined) return undefined
  const text = typeof at === 'string' ? at : Number.isNaN(at.getTime()) ? '' : at.toISOString()
  if (!ISO.test(text) || Number.isNaN(Date.parse(text.slice(0, 10))))
    throw new Failure('RECORD_INVALID', `occurredAt "${text.slice(0, 40)}" is not a date`)
  return text
}

const checkValidator = (validator: string): string => {
  if (validator.length > MAX_VALIDATOR) throw new Failure('INTERNAL', 'a validator may have at most 1 KiB')
  return validator
}

/** Returns '' for a key that has no canonical form: nothing stored can have it either. */
const safeKeyHash = (key: SourceRecord['key']): string => {
  try {
    return keyHash(key)
  } catch {
    return ''
  }
}

const safeKeyText = (key: SourceRecord['key']): string => {
  try {
    return toStorableText(keyText(key)).slice(0, 1_024)
  } catch {
    return ''
  }
}

/** Returns text for people to look at in quarantine, even for values that are not JSON; empty for circular ones. */
const safeRaw = (record: SourceRecord): string => {
  let room = MAX_RAW
  const write = (_key: string, value: unknown): unknown => {
    if (room <= 0) return undefined
    if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value)
    if (typeof value !== 'string') return value
    const cut = value.slice(0, room)
    room -= cut.length
    return cut
  }
  try {
    return (JSON.stringify(record.data, write) ?? '').slice(0, MAX_RAW)
  } catch {
    // Circular, or deeper than the stack.
    return ''
  }
}
