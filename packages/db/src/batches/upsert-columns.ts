// Upserts reach Postgres as one array per column, in the binary format: parsing these costs it a fraction of parsing the batch as JSON, and the JSON
// of a record is parsed once, as text, into its column.
import type { PackedRecord } from '@inlet/domain'

/** The members of an upsert other than its data, in parameter order. Hashes are hex in a payload and bytes in the store. */
const MEMBERS = ['s', 'h', 'c', 'k', 'kind', 'title', 'text', 'url', 'at', 'val', 'scope'] as const
type Member = (typeof MEMBERS)[number]
const HASHES: ReadonlySet<Member> = new Set(['h', 'c'])

/** Type OIDs (src/include/catalog/pg_type.dat). */
const BYTEA = 17
const TEXT = 25
const JSONB = 3802
/** Version byte of the binary format of jsonb, which precedes its text. */
const JSONB_VERSION = 1

/** Rows `r` with the members and `data` of the upserts from {@link columnsOf}, whose parameters are numbered from `first`. */
export const upsertsFrom = (first: number): string => {
  const types = [...MEMBERS.map((member) => (HASHES.has(member) ? 'bytea' : 'text')), 'jsonb']
  // The subqueries keep the planner from inspecting arrays of megabytes and from estimating a batch as so large that it would read all records.
  return `unnest(${types.map((type, at) => `(SELECT $${first + at}::${type}[])`).join(', ')}) AS r(${[...MEMBERS, 'data'].join(', ')})`
}

/** Returns the parameters for {@link upsertsFrom}: the upserts among the entries of a payload. Throws {@link UnstorableText}. */
export const columnsOf = (payload: Buffer): (Buffer | null)[] => {
  const heads: Partial<Record<Member, string>>[] = []
  const data: Buffer[] = []
  for (const line of linesOf(payload)) {
    const at = line.indexOf(DATA)
    if (at === -1) continue
    const end = endOfData(line)
    const head = JSON.parse(line.toString('utf8', 0, at) + line.toString('utf8', end)) as Omit<PackedRecord, 'data'>
    if (head.o !== 'u') continue
    heads.push(head)
    data.push(line.subarray(at + DATA.length, end))
  }
  const members = MEMBERS.map((member) => {
    const values = heads.map((head) => head[member])
    return HASHES.has(member) ? hashes(values) : texts(values)
  })
  return [...members, documents(data)]
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
    yield payload.subarray(start, end - 1)
    start = end + 1
  }
}

/** Data is an object. Only the id of the quarantine row that the entry comes from may follow it. */
const endOfData = (line: Buffer): number => (line.at(-1) === BRACE && line.at(-2) === BRACE ? line.length - 1 : line.lastIndexOf(',"qid":'))

/** The error Postgres would raise for a record (22021), for text that encoding would change silently. */
class UnstorableText extends Error {
  override readonly name = 'UnstorableText'
  readonly code = '22021'
}

const texts = (values: readonly (string | undefined)[]): Buffer | null => {
  if (values.every((value) => value === undefined)) return null
  for (const value of values) if (value?.isWellFormed() === false) throw new UnstorableText('half of a surrogate pair')
  return arrayOf<string>(TEXT, values, { sizeOf: (value) => Buffer.byteLength(value), write: (into, value, at) => void into.write(value, at) })
}

const hashes = (values: readonly (string | undefined)[]): Buffer =>
  arrayOf<string>(BYTEA, values, { sizeOf: (value) => value.length >> 1, write: (into, value, at) => void into.write(value, at, 'hex') })

const documents = (values: readonly Buffer[]): Buffer =>
  arrayOf<Buffer>(JSONB, values, {
    sizeOf: (value) => 1 + value.length,
    write: (into, value, at) => into.set(value, into.writeUInt8(JSONB_VERSION, at)),
  })

interface Codec<T> {
  /** Size of a value in bytes. */
  readonly sizeOf: (value: T) => number
  readonly write: (into: Buffer, value: T, at: number) => void
}

/** Encodes an array as Postgres' array_recv reads it: dimensions, has-nulls flag, type, length, lower bound; then each value preceded by its size. */
const arrayOf = <T>(type: number, values: readonly (T | undefined)[], { sizeOf, write }: Codec<T>): Buffer => {
  const sizes = values.map((value) => (value === undefined ? -1 : sizeOf(value)))
  const array = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + 4 + Math.max(0, size), 20))
  let at = 0
  for (const word of [1, sizes.includes(-1) ? 1 : 0, type, values.length, 1]) at = array.writeInt32BE(word, at)
  for (const [n, value] of values.entries()) {
    const size = sizes[n] ?? -1
    at = array.writeInt32BE(size, at)
    if (value === undefined) continue
    write(array, value, at)
    at += size
  }
  return array
}
