import type { PackedRecord } from '@inlet/domain'

/** A record to be stored; its data stays the bytes that the worker wrote. */
export interface Upsert extends Omit<PackedRecord, 'data'> {
  readonly json: Buffer
  /** Size of the whole entry. */
  readonly bytes: number
}

/** The entries of a payload. */
export interface Entries {
  readonly upserts: readonly Upsert[]
  /** Deleted, unchanged, and for quarantine. */
  readonly others: readonly PackedRecord[]
}

/** Takes a payload apart, without parsing the data of its records. */
export const readEntries = (payload: Buffer): Entries => {
  const upserts: Upsert[] = []
  const others: PackedRecord[] = []
  for (const line of linesOf(payload)) {
    const at = line.indexOf(DATA)
    if (at === -1) {
      others.push(JSON.parse(line.toString()) as PackedRecord)
      continue
    }
    const end = endOfData(line)
    const head = JSON.parse(line.toString('utf8', 0, at) + line.toString('utf8', end)) as Omit<PackedRecord, 'data'>
    // A copy would cost more than parsing it, and make reading its members slower.
    upserts.push(Object.assign(head, { json: line.subarray(at + DATA.length, end), bytes: line.length }))
  }
  return { upserts, others }
}

// Data follows the members that the worker adds; within a text every quote is preceded by a backslash, so this cannot occur in one.
const DATA = Buffer.from(',"data":')
const LINE_BREAK = 10
const BRACE = 125

/** The entries of a payload, without the brackets and commas around them. No value contains a line break: JSON escapes it. */
function* linesOf(payload: Buffer): Generator<Buffer> {
  for (let start = 1; start < payload.length; ) {
    const found = payload.indexOf(LINE_BREAK, start)
    const end = found === -1 ? payload.length : found
    // A comma precedes a line break, and the bracket ends the last line.
    if (end - 1 > start) yield payload.subarray(start, end - 1)
    start = end + 1
  }
}

/** Data is an object. Only the id of the quarantine row that the entry comes from may follow it. */
const endOfData = (line: Buffer): number => (line.at(-1) === BRACE && line.at(-2) === BRACE ? line.length - 1 : line.lastIndexOf(',"qid":'))
