import type { RequestHandler } from 'express'

/**
 * Serves requests with a handler that is loaded at the first of them: the libraries of pages that few processes ever show would be a third of what a
 * process loads at its start. Fails requests while the handler cannot be loaded, and tries again with the next.
 */
export const lazyHandler = (load: () => Promise<RequestHandler>): RequestHandler => {
  let loading: Promise<RequestHandler> | null = null
  const loadOnce = (): Promise<RequestHandler> => {
    loading ??= load().catch((error: unknown) => {
      loading = null
      throw error
    })
    return loading
  }
  return async (request, response, next) => {
    const handle = await loadOnce()
    await handle(request, response, next)
  }
}
