import type { CallAnswer } from '@inlet/contract'
import { canonicalJson, keyText, type RejectedRecord, type SourceRecord, toFailure, toStorableText } from '@inlet/domain'

const MAX_TEXT = 2_000

/** Returns what is shown of a record besides its data: long texts are cut, unstorable characters made visible. */
export const showMembers = (record: SourceRecord): Omit<CallAnswer<'preview'>['records'][number], 'dataJson'> => ({
  stream: record.stream,
  key: toStorableText(keyText(record.key)),
  kind: record.kind,
  op: record.op ?? 'upsert',
  title: shown(record.title),
  text: shown(record.text?.slice(0, MAX_TEXT)),
  url: shown(record.url),
  occurredAt: record.occurredAt instanceof Date ? record.occurredAt.toISOString() : (record.occurredAt ?? null),
})

/** Returns a record as readable JSON text: numbers keep their digits, and values that are not JSON are marked as such. */
export const showRecord = (record: SourceRecord): string => `${JSON.stringify(showMembers(record)).slice(0, -1)},"data":${showData(record)}}`

const showData = (record: SourceRecord): string => {
  try {
    return canonicalJson(record.data)
  } catch (error) {
    return JSON.stringify({ unreadable: toFailure(error).message })
  }
}

const shown = (text: string | undefined): string | null => (text === undefined ? null : toStorableText(text))

export const showRejected = ({ stream, key, reason, message }: RejectedRecord): object => ({
  stream,
  key: key === undefined ? null : toStorableText(keyText(key)),
  reason,
  message: toStorableText(message),
})
