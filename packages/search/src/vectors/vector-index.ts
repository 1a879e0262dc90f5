/** The extension `vector` (pgvector) of a Postgres: the versions that the database has, and that the server could give it; null: none. */
export interface VectorExtension {
  readonly installed: string | null
  readonly available: string | null
}

/** Earlier versions end a search with a filter before it has enough. */
const OLDEST = [0, 8]
/** As many as an index over `halfvec` takes. */
const MOST_DIMENSIONS = 4_000

/** Why the vectors of a generation are compared one by one, without an index; null: they are to have one. */
export const whyNoVectorIndex = (generation: {
  /** What the settings say. */
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
