import { canonicalJson, hasUnstorableText, isReason, RECORD_KINDS, type RecordKey, type SourceRecord } from '@inlet/domain'
import type { Page, StreamSpec } from '../../connector.js'
import { must } from '../violation.js'

const MAX_RECORDS = 1000
/** Pages may have about 1 MiB; a single record may push a page beyond that. */
const MAX_PAGE_BYTES = 2 * 1024 * 1024
const MAX_CURSOR_BYTES = 8 * 1024
const MAX_VALIDATOR_BYTES = 1024

/** Throws a `Violation` when a page breaks the contract of connector.ts. */
export const checkPage = (page: Page, spec: StreamSpec): void => {
  must(page.records.length <= MAX_RECORDS, `a page of ${spec.name} has ${page.records.length} records`)
  const bytes = page.records.reduce((sum, record) => sum + checkRecord(record, spec), 0)
  must(bytes <= MAX_PAGE_BYTES || page.records.length === 1, `a page of ${spec.name} has ${bytes} bytes in ${page.records.length} records`)
  if (page.cursor !== undefined) {
    must(spec.incremental, `${spec.name} is not incremental, but a page has a cursor`)
    must(page.cursor !== null, `${spec.name} yields null as a cursor`)
    const size = Buffer.byteLength(canonicalJson(page.cursor))
    must(size <= MAX_CURSOR_BYTES, `a cursor of ${spec.name} has ${size} bytes`)
  }
  must(page.sweep === undefined || spec.deletes === 'sweep', `${spec.name} sweeps, but declares deletes: ${spec.deletes}`)
  must((page.unchanged ?? []).length === 0 || spec.deletes === 'sweep', `${spec.name} reports unchanged keys, but declares deletes: ${spec.deletes}`)
  for (const key of page.unchanged ?? []) checkKey(key, spec.name)
  for (const rejected of page.rejected ?? []) {
    must(rejected.stream === spec.name, `${spec.name} rejects a record of ${rejected.stream}`)
    must(isReason(rejected.reason), `${rejected.reason} is not a known reason`)
  }
}

/** Returns the size of the record in bytes of canonical JSON; 0 for a delete. */
const checkRecord = (record: SourceRecord, spec: StreamSpec): number => {
  must(record.stream === spec.name, `${spec.name} yields a record of ${record.stream}`)
  must(RECORD_KINDS.includes(record.kind), `${record.kind} is not a kind of record`)
  checkKey(record.key, spec.name)
  if (record.op === 'delete') {
    must(spec.deletes !== 'none', `${spec.name} deletes, but declares deletes: none`)
    return 0
  }
  must(record.kind === spec.kind, `${spec.name} declares kind ${spec.kind} and yields ${record.kind}`)
  const validator = Buffer.byteLength(record.validator ?? '')
  must(validator <= MAX_VALIDATOR_BYTES, `a validator of ${spec.name} has ${validator} bytes`)
  must(
    record.occurredAt === undefined || !Number.isNaN(new Date(record.occurredAt).getTime()),
    `${spec.name} yields occurredAt ${String(record.occurredAt)}`,
  )
  return Buffer.byteLength(canonicalJson(contentOf(record)))
}

const checkKey = (key: RecordKey, stream: string): void => {
  const parts = Array.isArray(key) ? key : [key]
  must(
    parts.some((part) => part !== null && part !== ''),
    `${stream} yields an empty key`,
  )
  for (const part of parts) {
    must(['string', 'number', 'bigint', 'boolean'].includes(typeof part) || part === null, `${stream} yields a key of type ${typeof part}`)
    must(typeof part !== 'number' || Number.isFinite(part), `${stream} yields the key ${String(part)}`)
  }
  must(!hasUnstorableText(canonicalJson(key)), `${stream} yields a key with NUL or half a surrogate pair instead of rejecting the record`)
}

/** Returns what the content hash covers: everything that is stored except identity, validator and scope. */
export const contentOf = (record: SourceRecord): object => ({
  kind: record.kind,
  title: record.title,
  text: record.text,
  url: record.url,
  data: record.data,
  occurredAt: record.occurredAt === undefined ? undefined : new Date(record.occurredAt).toISOString(),
})
