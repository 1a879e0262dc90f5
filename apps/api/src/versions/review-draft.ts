import type { DraftReview, Endpoints } from '@inlet/contract'
import { type Draft, listExamples, type SourceDetails } from '@inlet/db'
import { canonicalJson, Failure } from '@inlet/domain'
import { askWorker } from '../calls/ask-worker.js'
import { PublishBlocked } from '../http/failures.js'
import { closeSignal, type Handler } from '../http/reply.js'
import { getSource } from '../source-access/lookup.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { getDraft } from './drafts.js'

/**
 * Has a worker try the draft and the live version on the same records. Throws CHECK_TIMEOUT when none responds, PUBLISH_BLOCKED when the draft cannot
 * be tried at all.
 */
export const review = async (
  deps: SourceDeps,
  subject: { readonly source: SourceDetails; readonly draft: Draft },
  signal: AbortSignal,
): Promise<DraftReview> => {
  const { source, draft } = subject
  const params = { revision: draft.revision }
  const outcome = await askWorker(deps, 'review', { connector: source.connector, config: {}, sourceId: source.id, params }, signal)
  if (!outcome.ok) {
    const { reason, message, next } = outcome.failure
    if (reason === 'PRECONDITION_FAILED') throw new Failure(reason, message)
    throw new Failure('PUBLISH_BLOCKED', `the draft cannot be tried on records: ${reason}: ${message}`, {
      next: `${next} Or publish untried with {"force": "examples"}.`,
    })
  }
  const found = outcome.answer
  return { passes: findBlockers(found) === null && found.examples.broken.length === 0, ...found }
}

/** Returns the review's findings that block a publication; null for none. Added and changed records are the purpose of a publication. */
export const findBlockers = ({ counts }: Pick<DraftReview, 'counts'>): string | null => {
  const grave = [
    [counts.removed, 'removed'],
    [counts.keyChanged, 'get another key'],
    [counts.rejected, 'rejected'],
  ] as const
  const found = grave.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return found.length === 0 ? null : `of the records tried, ${found.join(', ')}`
}

export const reviewDraftHandler =
  (deps: SourceDeps): Handler<Endpoints['reviewDraft']> =>
  async ({ params, response }) => {
    const source = await getSource(deps, params.id)
    const draft = await getDraft(deps, source.id)
    return { status: 200, body: await review(deps, { source, draft }, closeSignal(response)) }
  }

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
