import type { DraftReview, Endpoints } from '@inlet/contract'
import type { Draft, SourceDetails } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { askWorker } from '../calls/ask-worker.js'
import { closeSignal, type Handler } from '../http/reply.js'
import { getSource } from '../source-access/find-source.js'
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
