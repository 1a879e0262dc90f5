import { Failure, type JsonValue, keyHash, type RecordKey, type SourceRecord } from '@inlet/connector-sdk'
import type { RawRow } from '../read/row-source.js'
import type { StreamPlan } from './stream-plan.js'

/** Returns a function that computes the key of a row; it throws RECORD_KEY_MISSING when a part is NULL. */
export const createKeyOf = (columns: StreamPlan['columns'], key: readonly number[]): ((row: RawRow) => RecordKey) => {
  if (key.length === 0) return (row) => keyHash(row)
  const parts = key.map((at) => ({ at, name: columns[at]?.name ?? '', toKey: columns[at]?.toKey ?? null }))
  const read = (row: RawRow, part: (typeof parts)[number]): string | number | bigint => {
    const text = row[part.at]
    if (text == null) throw new Failure('RECORD_KEY_MISSING', `the key column ${part.name} is NULL`)
    return part.toKey === null ? text : part.toKey(text)
  }
  const [only, ...others] = parts
  if (only !== undefined && others.length === 0) return (row) => read(row, only)
  return (row) => parts.map((part) => read(row, part))
}

/** Returns a function that turns a row into its record. It throws RECORD_KEY_MISSING, or whatever a value without a JSON form throws. */
export const createRecordOf = (plan: StreamPlan, keyOf: (row: RawRow) => RecordKey): ((row: RawRow) => SourceRecord) => {
  const { stream, columns, mapping } = plan
  const { kind } = mapping
  const place = (name: string | undefined): number => columns.findIndex((column) => column.name === name)
  const [title, url, occurred] = [place(mapping.titleColumn), place(mapping.urlColumn), place(mapping.occurredAtColumn)]
  const texts = (mapping.textColumns ?? []).map(place)
  const isDeleted = createIsDeleted(plan)
  const dataOf = createDataOf(columns)
  const plain = title < 0 && url < 0 && occurred < 0 && texts.length === 0
  return (row) => {
    const key = keyOf(row)
    if (isDeleted(row)) return { stream, key, kind, data: {}, op: 'delete' }
    const data = dataOf(row)
    if (plain) return { stream, key, kind, data }
    const text = texts.map((at) => row[at]).filter((part) => part != null && part !== '')
    const when = occurred < 0 ? undefined : instantOf(row[occurred], columns[occurred]?.convert ?? null)
    return {
      stream,
      key,
      kind,
      ...(row[title] == null ? {} : { title: row[title] }),
      ...(row[url] == null ? {} : { url: row[url] }),
      ...(text.length === 0 ? {} : { text: text.join('\n') }),
      ...(when === undefined ? {} : { occurredAt: when }),
      data,
    }
  }
}

const createDataOf = (columns: StreamPlan['columns']): ((row: RawRow) => { [name: string]: JsonValue }) => {
  const stored = columns.flatMap((column, at) => (column.stored ? [{ ...column, at }] : []))
  const define = stored.some((column) => column.name === '__proto__')
  return (row) => {
    const data: { [name: string]: JsonValue } = {}
    for (const { name, convert, at } of stored) {
      const text = row[at]
      const value = text == null ? null : convert === null ? text : convert(text)
      if (define) Object.defineProperty(data, name, { value, enumerable: true, writable: true, configurable: true })
      else data[name] = value
    }
    return data
  }
}

/** Returns whether a row is marked as deleted: true, a number other than 0, or anything else that is not NULL. */
export const createIsDeleted = ({ columns, mapping, deletes }: StreamPlan): ((row: RawRow) => boolean) => {
  if (!deletes.soft) return () => false
  const at = columns.findIndex((column) => column.name === mapping.softDeleteColumn)
  const live = columns[at]?.live ?? null
  return (row) => row[at] != null && row[at] !== live
}

const instantOf = (text: string | null | undefined, convert: StreamPlan['columns'][number]['convert']): string | undefined => {
  if (text == null) return undefined
  const value = convert === null ? text : convert(text)
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : undefined
}
