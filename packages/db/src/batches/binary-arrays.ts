// Arrays in Postgres' binary format: it reads them at a fraction of what the same values cost as JSON or as text.

/** Type OIDs (src/include/catalog/pg_type.dat). */
const BOOL = 16
const BYTEA = 17
const TEXT = 25
const JSONB = 3802
/** Version byte of the binary format of jsonb, which precedes its text. */
const JSONB_VERSION = 1

/** The error Postgres would raise for a record (22021), for text that encoding would change silently. */
class UnstorableText extends Error {
  override readonly name = 'UnstorableText'
  readonly code = '22021'
}

/** Returns a text[], or null if no value is there. Throws {@link UnstorableText}. */
export const textArray = (values: readonly (string | undefined)[]): Buffer | null => {
  if (values.every((value) => value === undefined)) return null
  for (const value of values) if (value?.isWellFormed() === false) throw new UnstorableText('half of a surrogate pair')
  return arrayOf<string>(TEXT, values, { sizeOf: (value) => Buffer.byteLength(value), write: (into, value, at) => void into.write(value, at) })
}

/** Returns a bytea[] of values written in hex. */
export const hexArray = (values: readonly (string | undefined)[]): Buffer =>
  arrayOf<string>(BYTEA, values, { sizeOf: (value) => value.length >> 1, write: (into, value, at) => void into.write(value, at, 'hex') })

/** Returns a jsonb[] of JSON texts. */
export const jsonbArray = (values: readonly Buffer[]): Buffer =>
  arrayOf<Buffer>(JSONB, values, {
    sizeOf: (value) => 1 + value.length,
    write: (into, value, at) => into.set(value, into.writeUInt8(JSONB_VERSION, at)),
  })

/** Returns a bool[]. */
export const boolArray = (values: readonly boolean[]): Buffer =>
  arrayOf<boolean>(BOOL, values, { sizeOf: () => 1, write: (into, value, at) => void into.writeUInt8(value ? 1 : 0, at) })

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
