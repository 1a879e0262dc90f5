import type { Fetcher } from './client.js'

/** Called with the share of the body that was sent, from 0 to 1. */
type OnSent = (share: number) => void

/** A fetch that reports how much of the body was sent, which that of browsers does not. Rejects as fetch does. */
export const fetchWithProgress =
  (onSent: OnSent): Fetcher =>
  (path, init) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open(init.method ?? 'GET', path)
      new Headers(init.headers).forEach((value, name) => request.setRequestHeader(name, value))
      request.upload.addEventListener('progress', ({ loaded, total }) => onSent(total === 0 ? 0 : loaded / total))
      request.addEventListener('load', () => resolve(new Response(request.responseText, { status: request.status })))
      request.addEventListener('error', () => reject(new TypeError('the request failed')))
      request.addEventListener('abort', () => reject(new DOMException('the request was aborted', 'AbortError')))
      init.signal?.addEventListener('abort', () => request.abort(), { once: true })
      request.send(init.body as XMLHttpRequestBodyInit)
    })
