import { type ConnectorLog, canonicalJson, Failure, type Page, toFailure } from '@inlet/connector-sdk'
import type { StreamPlan } from '../catalog/stream-plan.js'
import { type Line, MAX_LINE_BYTES } from '../tap/split-lines.js'
import { type Message, parseMessage } from './message.js'
import type { PageBuilder } from './page-builder.js'
import { type RecordShape, toRecord } from './to-record.js'

/** Turns the lines of a tap into pages of one stream. */
export interface LineReader {
  /** Throws UPSTREAM_INVALID for BATCH messages, CURSOR_TOO_LARGE. */
  take(line: Line): readonly Page[]
  /**
   * Returns why something that exists may be missing, or null: a tap that never mentioned the stream may have skipped it, what was
   * rejected without a key may exist, too, and a version must have been activated.
   */
  missing(): string | null
  /** Logs what was skipped. */
  report(): void
}

export interface LineReaderDeps {
  readonly log: ConnectorLog
  readonly redact: (text: string) => string
}

type MessageOf<T extends Message['type']> = Extract<Message, { type: T }>
type RejectReason = 'RECORD_INVALID' | 'RECORD_TOO_LARGE' | 'RECORD_KEY_MISSING'

const RAW_CHARACTERS = 64 * 1024

export const createLineReader = (deps: LineReaderDeps, plan: StreamPlan, pages: PageBuilder): LineReader => {
  const { entry, name } = plan
  const names = new Set([name, entry.stream, entry.stream_alias])
  let shape: RecordShape = { stream: name, keyFields: plan.keyFields, replicationKey: plan.replicationKey }
  let rejected = 0
  let passedOver = 0
  let spoken = false
  let version: string | null = null
  let activated: string | null = null

  const reject = (reason: RejectReason, message: string, line: string): readonly Page[] => {
    rejected += 1
    return pages.reject({ stream: name, reason, message, raw: deps.redact(line.slice(0, RAW_CHARACTERS)) })
  }
  const takeRecord = (message: MessageOf<'RECORD'>, line: string): readonly Page[] => {
    version = message.version ?? version
    const record = toRecord(message.record, shape)
    if (record === null) return reject('RECORD_KEY_MISSING', `the record has no value for its key (${shape.keyFields.join(', ')})`, line)
    return pages.add(record, canonicalJson(message.record).length)
  }
  const takeSchema = (message: MessageOf<'SCHEMA'>): void => {
    shape = {
      stream: name,
      keyFields: plan.keysAreSet || message.keyFields.length === 0 ? shape.keyFields : message.keyFields,
      replicationKey: plan.replicationKey ?? message.bookmarks[0] ?? null,
    }
  }
  const take = (message: Message, line: string): readonly Page[] => {
    if (message.type === 'invalid') return reject('RECORD_INVALID', message.why, line)
    if (message.type === 'STATE') {
      spoken = true
      return pages.mark(message.value)
    }
    if (message.type === 'BATCH')
      throw new Failure('UPSTREAM_INVALID', 'the tap writes BATCH messages, which are not read; switch batches off in its settings')
    if (message.type === 'unknown') return []
    if (!names.has(message.stream)) {
      if (message.type === 'RECORD') passedOver += 1
      return []
    }
    spoken = true
    if (message.type === 'RECORD') return takeRecord(message, line)
    if (message.type === 'SCHEMA') takeSchema(message)
    else activated = message.version
    return []
  }
  return {
    take({ text, cut }) {
      if (cut) return reject('RECORD_TOO_LARGE', `the tap wrote a line of more than ${MAX_LINE_BYTES} bytes`, text)
      try {
        return take(parseMessage(text), text)
      } catch (error) {
        const { reason, message } = toFailure(error)
        // What cannot be written as JSON, e.g. because of its depth, is a single bad record.
        if (reason === 'RECORD_INVALID' || reason === 'NUMBER_NOT_STORABLE') return reject('RECORD_INVALID', message, text)
        throw error
      }
    },
    missing() {
      if (!spoken) return 'the tap ended without a word about the stream, neither a SCHEMA nor a record nor a STATE'
      if (rejected > 0) return `${rejected} lines of the tap could not be read`
      return version === null || version === activated ? null : 'the tap did not activate the version that it wrote'
    },
    report() {
      if (passedOver > 0) deps.log.debug({ stream: name, records: passedOver }, 'records of other streams were skipped')
    },
  }
}
