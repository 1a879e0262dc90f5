import { findSource, findSourceId, type SourceDetails } from '@inlet/db'
import type { SourceDeps } from '../sources/source-deps.js'
import { sourceNotFound } from '../sources/source-not-found.js'

/** The id of the source an address names. Throws NOT_FOUND. */
export const getSourceId = async (deps: Pick<SourceDeps, 'database'>, ref: string): Promise<string> => {
  const id = await findSourceId(deps.database, ref)
  if (id === null) throw sourceNotFound()
  return id
}

/** The source an address names. Throws NOT_FOUND. */
export const getSource = async (deps: Pick<SourceDeps, 'database'>, ref: string): Promise<SourceDetails> => {
  const source = await findSource(deps.database, ref)
  if (source === null) throw sourceNotFound()
  return source
}
