import { createPaginator, Failure } from '@inlet/connector-sdk'
import type { ApiConnection } from './connection.js'
import { toItems } from './read/to-items.js'
import { buildRequest } from './request/build-request.js'
import { send } from './request/send.js'

const TIMEOUT_MS = 8_000
const MAX_STREAMS = 3

/**
 * Requests the first page of each of the first top-level streams: checks reachability, credentials, permission and records path at once, within 8 s.
 */
export const checkApi = async (connection: ApiConnection, signal: AbortSignal): Promise<void> => {
  const { config, now } = connection.ctx
  const streams = config.streams.filter((stream) => stream.parent === undefined).slice(0, MAX_STREAMS)
  const timer = new AbortController()
  const late = setTimeout(() => timer.abort(new Failure('TIMEOUT', `the API did not answer the check within ${TIMEOUT_MS} ms`)), TIMEOUT_MS)
  // Without a rate of its own the check does not queue behind running reads; three requests do not matter.
  const parts = {
    auth: connection.auth,
    retries: 0,
    now,
    signal: AbortSignal.any([signal, timer.signal]),
    isResponse: () => false,
  }
  try {
    for (const stream of streams) {
      const paginator = createPaginator(stream.pagination)
      const request = buildRequest(config, { stream, parents: [], params: {} }, paginator.params(paginator.start))
      toItems((await send(request, parts)).body, stream)
    }
  } finally {
    clearTimeout(late)
  }
}
