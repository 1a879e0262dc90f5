import { type DraftReview, draftReview, type Endpoints } from '@inlet/contract'
import type { Draft, SourceDetails } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { askWorker } from '../calls/ask-worker.js'
import { closeSignal, type Handler } from '../http/reply.js'
import type { SourceDeps } from '../sources/source-deps.js'
import { getDraft } from './drafts.js'
import { getSource } from './get-source-of.js'

const workerAnswer = draftReview.omit({ passes: true }).loose()

/**
 * Lets a worker try draft and live version on the same records. Throws CHECK_TIMEOUT when none answers, PUBLISH_BLOCKED when
 * the draft cannot be tried at all.
 */
export const review = async (
  deps: SourceDeps,
  subject: { readonly source: SourceDetails; readonly draft: Draft },
  signal: AbortSignal,
): Promise<DraftReview> => {
  const { source, draft } = subject
  const params = { revision: draft.revision }
  const outcome = await askWorker(deps, { kind: 'gate', connector: source.connector, config: {}, sourceId: source.id, params }, signal)
  if (!outcome.ok) {
    const { reason, message, next } = outcome.failure
    if (reason === 'PRECONDITION_FAILED') throw new Failure(reason, message)
    throw new Failure('PUBLISH_BLOCKED', `the draft cannot be tried on records: ${reason}: ${message}`, {
      next: `${next} Or publish untried with {"force": "examples"}.`,
    })
  }
  const { records, source: from, liveFailure, counts, changes, examples, warnings } = workerAnswer.parse(outcome.answer)
  const found = { records, source: from, liveFailure, counts, changes, examples, warnings }
  return { passes: holdsUp(found) === null && examples.broken.length === 0, ...found }
}

/** Why what was found in records holds up a publication; null when it does not. Added and changed records are what one publishes for. */
export const holdsUp = ({ counts }: Pick<DraftReview, 'counts'>): string | null => {
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
