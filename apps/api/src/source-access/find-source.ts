import { type Database, findSource, findSourceId, listSlugsNear, type SourceDetails } from '@inlet/db'
import { Failure, isUuid } from '@inlet/domain'
import { closeMatch } from '@inlet/runtime'

/** The failure for a source that was deleted during a request. */
export const sourceNotFound = (): Failure => new Failure('NOT_FOUND', 'there is no such source')

interface FindDeps {
  readonly database: Database
}

/** Returns NOT_FOUND for an unknown reference, with the slugs that may have been meant. */
export const unknownSource = async ({ database }: FindDeps, ref: string): Promise<Failure> => {
  if (isUuid(ref)) return sourceNotFound()
  const meant = suggestSlugs(ref, await listSlugsNear(database, ref)).map((slug) => `"${slug}"`)
  return meant.length === 0 ? sourceNotFound() : new Failure('NOT_FOUND', `there is no such source; did you mean ${meant.join(' or ')}?`)
}

/** Returns the id of the source that an address names. Throws NOT_FOUND. */
export const getSourceId = async (deps: FindDeps, ref: string): Promise<string> => {
  const id = await findSourceId(deps.database, ref)
  if (id === null) throw await unknownSource(deps, ref)
  return id
}

/** Returns the source that an address names. Throws NOT_FOUND. */
export const getSource = async (deps: FindDeps, ref: string): Promise<SourceDetails> => {
  const source = await findSource(deps.database, ref)
  if (source === null) throw await unknownSource(deps, ref)
  return source
}

const MAX_SUGGESTED = 3

/** Returns the slugs that an unknown one may mean, closest first: a misspelled one, otherwise those that contain it. */
export const suggestSlugs = (slug: string, known: readonly string[]): readonly string[] => {
  const near = closeMatch(slug, known)
  if (near !== undefined) return [near]
  const holding = known.filter((other) => other.includes(slug)).sort((a, b) => a.length - b.length)
  return holding.slice(0, MAX_SUGGESTED)
}
