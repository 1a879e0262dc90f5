import { type Draft, listExamples, type SourceDetails } from '@inlet/db'
import { canonicalJson } from '@inlet/domain'
import { PublishHeldUp } from '../http/publish-held-up.js'
import type { SourceDeps } from '../sources/source-deps.js'
import { holdsUp, review } from './review-draft.js'

interface GateRequest {
  readonly source: SourceDetails
  readonly draft: Draft
  readonly force: boolean | 'examples'
}

export interface GatePass {
  readonly overruled?: object
  /** Absent when the draft was not tried. */
  readonly warnings?: readonly { readonly code: string; readonly message: string }[]
}

/**
 * Holds up a draft that would remove records, give them other keys, reject them or break examples. Tried only when a mapping
 * is involved and config or mapping differ: then a worker must be there. Answers what was overruled and what the review warned of. Throws PUBLISH_BLOCKED,
 * EXAMPLES_BROKEN and what a review throws.
 */
export const passGate = async (deps: SourceDeps, request: GateRequest, signal: AbortSignal): Promise<GatePass> => {
  const { draft, source, force } = request
  const { content, live } = draft
  const differs = canonicalJson([content.config, content.mapping]) !== canonicalJson([live.content.config, live.content.mapping])
  if (!differs || force === 'examples') return force === 'examples' ? { overruled: { force } } : {}
  const examples = await listExamples(deps.database, source.id)
  const isMapped = content.mapping !== null || live.content.mapping !== null
  if (examples.length === 0 && (force || !isMapped)) return force ? { overruled: { force } } : {}
  const found = await review(deps, request, signal)
  const { warnings } = found
  const { broken } = found.examples
  const why = holdsUp(found)
  if (broken.length > 0) {
    const besides = why === null ? '' : `; besides, ${why}`
    throw new PublishHeldUp(
      'EXAMPLES_BROKEN',
      `the draft breaks ${broken.length} of ${found.examples.total} examples: ${broken[0]?.name}${besides}`,
      found,
    )
  }
  if (why === null) return { warnings }
  if (!force) throw new PublishHeldUp('PUBLISH_BLOCKED', why, found)
  return { overruled: { force, counts: found.counts }, warnings }
}
