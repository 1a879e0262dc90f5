import { type Database, findSource, findSourceId, listSlugsNear, type SourceDetails } from '@inlet/db'
import { Failure, isUuid } from '@inlet/domain'
import { closeMatch } from '@inlet/runtime'

/** A source that was deleted while a request was about it. */
export const sourceNotFound = (): Failure => new Failure('NOT_FOUND', 'there is no such source')

interface FindDeps {
  readonly database: Database
}

/** NOT_FOUND for what names no source, with the slugs that may have been meant. */
export const unknownSource = async ({ database }: FindDeps, ref: string): Promise<Failure> => {
  if (isUuid(ref)) return sourceNotFound()
  const meant = suggestSlugs(ref, await listSlugsNear(database, ref)).map((slug) => `"${slug}"`)
  return meant.length === 0 ? sourceNotFound() : new Failure('NOT_FOUND', `there is no such source; did you mean ${meant.join(' or ')}?`)
}

/** The id of the source an address names. Throws NOT_FOUND. */
export const getSourceId = async (deps: FindDeps, ref: string): Promise<string> => {
  const id = await findSourceId(deps.database, ref)
  if (id === null) throw await unknownSource(deps, ref)
  return id
}

/** The source an address names. Throws NOT_FOUND. */
export const getSource = async (deps: FindDeps, ref: string): Promise<SourceDetails> => {
  const source = await findSource(deps.database, ref)
  if (source === null) throw await unknownSource(deps, ref)
  return source
}

const MAX_SUGGESTED = 3

/** The slugs that somebody may have meant by one that is not there, the nearest first: a misspelt one, else those that hold it. */
export const suggestSlugs = (slug: string, known: readonly string[]): readonly string[] => {
  const near = closeMatch(slug, known)
  if (near !== undefined) return [near]
  const holding = known.filter((other) => other.includes(slug)).sort((a, b) => a.length - b.length)
  return holding.slice(0, MAX_SUGGESTED)
}
