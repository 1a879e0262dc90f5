import { type Draft, listExamples, type SourceDetails } from '@inlet/db'
import { canonicalJson } from '@inlet/domain'
import { PublishBlocked } from '../http/to-problem.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { findBlockers, review } from './review-draft.js'

interface PublishRequest {
  readonly source: SourceDetails
  readonly draft: Draft
  readonly force: boolean | 'examples'
}

export interface PublishChecks {
  /** The blockers that `force` overrode, for the event. */
  readonly overridden?: object
  /** Absent when the draft was not reviewed. */
  readonly warnings?: readonly { readonly code: string; readonly message: string }[]
}

/**
 * Blocks a draft that would remove records, give them other keys, reject them or break examples. It is reviewed only when a mapping is involved and
 * config or mapping differ; this requires a worker. Returns what was overridden and the review's warnings. Throws PUBLISH_BLOCKED, EXAMPLES_BROKEN
 * and what a review throws.
 */
export const runPublishChecks = async (deps: SourceDeps, request: PublishRequest, signal: AbortSignal): Promise<PublishChecks> => {
  const { draft, source, force } = request
  const { content, live } = draft
  const differs = canonicalJson([content.config, content.mapping]) !== canonicalJson([live.content.config, live.content.mapping])
  if (!differs || force === 'examples') return force === 'examples' ? { overridden: { force } } : {}
  const examples = await listExamples(deps.database, source.id)
  const isMapped = content.mapping !== null || live.content.mapping !== null
  if (examples.length === 0 && (force || !isMapped)) return force ? { overridden: { force } } : {}
  const found = await review(deps, request, signal)
  const { warnings } = found
  const { broken } = found.examples
  const blockers = findBlockers(found)
  if (broken.length > 0) {
    const besides = blockers === null ? '' : `; besides, ${blockers}`
    throw new PublishBlocked(
      'EXAMPLES_BROKEN',
      `the draft breaks ${broken.length} of ${found.examples.total} examples: ${broken[0]?.name}${besides}`,
      found,
    )
  }
  if (blockers === null) return { warnings }
  if (!force) throw new PublishBlocked('PUBLISH_BLOCKED', blockers, found)
  return { overridden: { force, counts: found.counts }, warnings }
}
