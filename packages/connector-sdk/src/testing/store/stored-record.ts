import type { SourceRecord } from '@inlet/domain'

/** A live record as the in-memory store keeps it. */
export interface StoredRecord {
  readonly keyText: string
  readonly contentHash: string
  readonly validator: string | null
  readonly scope: string | null
  readonly record: SourceRecord
}
