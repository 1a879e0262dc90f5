import type { TestApi } from './start-api.js'

export interface FollowedStream {
  readonly response: Response
  /** What has arrived; grows until either side closes the stream. */
  readonly text: string
  readonly isClosed: boolean
  stop(): void
}

/** Follows a stream of server-sent events with the read key; other headers may replace it. */
export const followStream = async (api: TestApi, path: string, headers: Record<string, string> = {}): Promise<FollowedStream> => {
  const abort = new AbortController()
  const credentials = 'cookie' in headers ? {} : { authorization: `Bearer ${api.keys.read}` }
  const response = await fetch(`${api.url}${path}`, { headers: { ...credentials, accept: 'text/event-stream', ...headers }, signal: abort.signal })
  const stream = { response, text: '', isClosed: false, stop: () => abort.abort() }
  const decoder = new TextDecoder()
  void (async () => {
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) stream.text += decoder.decode(piece, { stream: true })
  })()
    .catch(() => {})
    .finally(() => {
      stream.isClosed = true
    })
  return stream
}
