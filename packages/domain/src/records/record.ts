/** JSON in records: `bigint` and {@link JsonNumber} keep integers beyond 2^53 and exact decimals unchanged. */
export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | JsonNumber
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined }
export type JsonObject = { readonly [key: string]: JsonValue | undefined }

export const RECORD_KINDS = ['document', 'event', 'row', 'item'] as const
export type RecordKind = (typeof RECORD_KINDS)[number]

/** A composite key is a list of its parts in a fixed order, e.g. `["octocat/hello", 42]`. */
export type RecordKey = string | number | bigint | readonly (string | number | bigint | boolean | null)[]

/**
 * One record as a connector yields it. Identity is (source, stream, key); the key must be the same on every installation that reads the same system.
 * An `event` has eventType, content, actor, projectId, sessionId and context in `data`, if the system knows them.
 */
export interface SourceRecord {
  readonly stream: string
  readonly key: RecordKey
  readonly kind: RecordKind
  readonly title?: string | undefined
  /** The text for full-text search; leave it out for rows without prose. */
  readonly text?: string | undefined
  readonly url?: string | undefined
  readonly data: JsonObject
  /** When it happened in the source; ISO 8601 or a Date. */
  readonly occurredAt?: string | Date | undefined
  /** `delete` marks the record as gone; only stream and key matter then. */
  readonly op?: 'upsert' | 'delete' | undefined
  /**
   * Opaque mark (at most 1 KiB) for recognizing the unchanged item without reading it: an ETag, or mtime and size. It is stored in the transaction of
   * the record and returned by `ctx.known`.
   */
  readonly validator?: string | undefined
  /** The item that owns this record, e.g. the path of a file for its rows; a sweep can be limited to it. */
  readonly scope?: string | undefined
}

/** A record that the connector itself could not interpret. Goes to quarantine. */
export interface RejectedRecord {
  readonly stream: string
  readonly key?: RecordKey | undefined
  /** A {@link Reason} such as RECORD_INVALID. */
  readonly reason: string
  readonly message: string
  /** The raw input, of which at most 64 KiB are kept. */
  readonly raw?: string | undefined
  /** The item that owns it, as in {@link SourceRecord}; default: taken from `record`. A sweep of that scope resolves it once it is over. */
  readonly scope?: string | undefined
  /** The complete record as read, if it was one and only could not be mapped or stored: then it can be retried. */
  readonly record?: SourceRecord | undefined
}

/** A number stored as its decimal digits, for values that a JavaScript number would round, such as Postgres `numeric`. */
export class JsonNumber {
  readonly text: string
  /** @param text digits in JSON number syntax, e.g. `12345678901234567890.10`. Throws RangeError otherwise. */
  constructor(text: string) {
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw new RangeError('not a JSON number')
    this.text = text
  }
  toString(): string {
    return this.text
  }
}
