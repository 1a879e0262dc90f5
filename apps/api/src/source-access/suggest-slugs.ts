import { closeMatch } from '@inlet/runtime'

const MAX_SUGGESTED = 3

/** The slugs that somebody may have meant by one that is not there, the nearest first: a misspelt one, else those that hold it. */
export const suggestSlugs = (slug: string, known: readonly string[]): readonly string[] => {
  const near = closeMatch(slug, known)
  if (near !== undefined) return [near]
  const holding = known.filter((other) => other.includes(slug)).sort((a, b) => a.length - b.length)
  return holding.slice(0, MAX_SUGGESTED)
}
