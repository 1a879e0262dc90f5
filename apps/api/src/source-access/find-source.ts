import { findSource, findSourceId, type SourceDetails } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { SourceDeps } from './source-deps.js'

export const sourceNotFound = (): Failure => new Failure('NOT_FOUND', 'there is no such source')

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
