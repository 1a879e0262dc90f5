import { canonicalJson } from '@inlet/connector-sdk'
import { createJsonReader, type Found } from './json-reader.js'
import { isObject } from './json-row.js'
import { type RowEvent, type RowParser, rawStart } from './row-event.js'

export interface JsonRowsOptions {
  /** Where the records are, e.g. `data.items`; absent: the whole text, which is a list of records or one record. */
  readonly recordsPath: string | undefined
  readonly maxRecordBytes: number
}

/** Yields the rows of a JSON file: the objects of a list, or one object. */
export const createJsonRows = ({ recordsPath, maxRecordBytes }: JsonRowsOptions): RowParser => {
  let rows: RowEvent[] = []
  let number = 0
  const emit = (found: Found): void => {
    number++
    if ('failure' in found) rows.push({ number, size: 0, failure: { ...found.failure, message: `record ${number} ${found.failure.message}` } })
    else if (isObject(found.value)) rows.push({ number, size: found.size, data: found.value })
    else
      rows.push({
        number,
        size: 0,
        failure: { reason: 'RECORD_INVALID', message: `record ${number} is not an object`, raw: rawStart(canonicalJson(found.value)) },
      })
  }
  const path = recordsPath === undefined || recordsPath === '' ? [] : recordsPath.split('.')
  const reader = createJsonReader({ path, each: true, maxChars: maxRecordBytes, emit })
  const drain = (): RowEvent[] => {
    const drained = rows
    rows = []
    return drained
  }
  return {
    push(text) {
      reader.push(text)
      return drain()
    },
    end() {
      reader.end()
      return drain()
    },
  }
}
