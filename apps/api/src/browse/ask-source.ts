import type { BrowseTarget } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { askWorker } from '../calls/ask-worker.js'
import type { BrowseDeps } from './browse-deps.js'

/** Has a worker ask the source. Throws what the source answers; what it does not have is NOT_FOUND. */
export const askSource = async (
  deps: BrowseDeps,
  { id, connector, config }: BrowseTarget,
  request: { readonly kind: 'browse' | 'metadata' | 'fetch'; readonly params: object },
  signal: AbortSignal,
): Promise<unknown> => {
  const outcome = await askWorker(deps, { ...request, connector, config, sourceId: id }, signal)
  if (outcome.ok) return outcome.answer
  const { reason, message, next } = outcome.failure
  if (reason === 'NOT_FOUND_UPSTREAM')
    throw new Failure('NOT_FOUND', message, { next: 'List the folder above it; the system answers that it does not exist.' })
  throw new Failure(reason, message, { next })
}
