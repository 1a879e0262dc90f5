const SCALE = 32_767

/** Packs a vector of length 1 for storage: 16 bits per dimension, which changes a cosine by less than a thousandth. */
export const packVector = (vector: Float32Array): Uint8Array => {
  const packed = Buffer.alloc(vector.length * 2)
  for (const [n, value] of vector.entries()) packed.writeInt16LE(Math.max(-SCALE, Math.min(SCALE, Math.round(value * SCALE))), n * 2)
  return packed
}

/** Returns the cosine between a vector of length 1 and a stored one. */
export const cosine = (vector: Float32Array, packed: Uint8Array): number => {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  let sum = 0
  for (const [n, value] of vector.entries()) sum += value * view.getInt16(n * 2, true)
  return sum / SCALE
}

/** Returns the sign of each dimension: the closer two vectors are, the fewer of these differ. */
export const signBits = (vector: Float32Array): string => {
  let bits = ''
  for (const value of vector) bits += value > 0 ? '1' : '0'
  return bits
}

/** The extension `vector` (pgvector) of a Postgres: the version the database has, and the one the server could install; null: none. */
export interface VectorExtension {
  readonly installed: string | null
  readonly available: string | null
}

/** Earlier versions end a filtered search before it has enough hits. */
const OLDEST = [0, 8]
/** The most that an index over `halfvec` supports. */
const MOST_DIMENSIONS = 4_000

/** Returns why the vectors of a generation are compared one by one, without an index; null: they should have one. */
export const whyNoVectorIndex = (generation: {
  /** As configured. */
  readonly isWanted: boolean
  readonly extension: VectorExtension
  readonly dimensions: number
}): string | null => {
  const { isWanted, extension, dimensions } = generation
  const { installed, available } = extension
  if (!isWanted) return 'the index is switched off (INLET_VECTOR_INDEX)'
  if (installed === null && available === null) return 'this Postgres has no extension "vector" (pgvector)'
  const version = installed ?? available ?? ''
  if (isOlder(version)) return `the extension "vector" (pgvector) is ${version}, and an index needs ${OLDEST.join('.')} or newer`
  if (dimensions > MOST_DIMENSIONS) return `an index takes up to ${MOST_DIMENSIONS} dimensions, and these vectors have ${dimensions}`
  return null
}

const isOlder = (version: string): boolean => {
  const parts = version.split('.').map(Number)
  const n = OLDEST.findIndex((least, place) => least !== (parts[place] ?? 0))
  return n !== -1 && (parts[n] ?? 0) < (OLDEST[n] ?? 0)
}
