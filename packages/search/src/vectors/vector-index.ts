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
