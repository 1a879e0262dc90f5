import type { Problem } from '@inlet/contract'
import { ApiError, type ApiRequest } from './api-error.js'

/** As much of fetch as the client uses. */
export type Fetcher = (path: string, init: RequestInit) => Promise<Response>

export interface CallOptions {
  /** Sent as JSON; a Blob as its bytes. */
  readonly body?: unknown
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Sends this request in place of fetch. */
  readonly fetcher?: Fetcher
}

type Listener = (isExpired: boolean) => void

/** The one connection to the API: adds the CSRF token, and holds requests back while nobody is signed in. */
export const createClient = (fetcher: typeof fetch = (...args) => fetch(...args)) => {
  let csrfToken: string | null = null
  let signedInAgain: { readonly promise: Promise<void>; readonly resolve: () => void } | null = null
  const listeners = new Set<Listener>()
  const announce = (): void => {
    for (const listener of listeners) listener(signedInAgain !== null)
  }

  const send = async (request: ApiRequest, options: CallOptions): Promise<Response> => {
    const headers = new Headers({ accept: 'application/json', ...options.headers })
    if (request.body !== undefined) headers.set('content-type', request.body instanceof Blob ? 'application/octet-stream' : 'application/json')
    if (csrfToken !== null && request.method !== 'GET') headers.set('x-inlet-csrf', csrfToken)
    try {
      const init: RequestInit = {
        method: request.method,
        headers,
        credentials: 'same-origin',
        ...(request.body === undefined ? {} : { body: request.body instanceof Blob ? request.body : JSON.stringify(request.body) }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      }
      return await (options.fetcher ?? fetcher)(request.path, init)
    } catch (error) {
      if (options.signal?.aborted) throw error
      throw new ApiError(0, request, null, error)
    }
  }

  /** Holds everything back until `resume`: an expired session must not turn into a row of refused requests. */
  const expire = (): void => {
    if (signedInAgain !== null) return
    let resolve = (): void => {}
    const promise = new Promise<void>((done) => {
      resolve = done
    })
    signedInAgain = { promise, resolve }
    announce()
  }

  return {
    /** Calls an operation; a request refused because the session ended is repeated once somebody has signed in. Throws ApiError. */
    async call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
      const request = { method, path: path + toQuery(options.query), ...(options.body === undefined ? {} : { body: options.body }) }
      for (;;) {
        await signedInAgain?.promise
        const response = await send(request, options)
        if (response.status === 401 && csrfToken !== null) {
          expire()
          continue
        }
        if (!response.ok) throw new ApiError(response.status, request, await readProblem(response))
        return (response.status === 204 ? undefined : parseExactly(await response.text())) as T
      }
    },
    /** Sends without waiting for a session, for signing in itself. */
    async callOnce<T>(method: string, path: string, body?: unknown): Promise<T> {
      const request = { method, path, ...(body === undefined ? {} : { body }) }
      const response = await send(request, {})
      if (!response.ok) throw new ApiError(response.status, request, await readProblem(response))
      return (response.status === 204 ? undefined : await response.json()) as T
    },
    /** Lets requests through, with the token of a session. */
    resume(token: string | null): void {
      csrfToken = token
      const waiting = signedInAgain
      signedInAgain = null
      waiting?.resolve()
      announce()
    },
    expire,
    /** Follows whether the session has ended; answers what stops following. */
    onExpiry(listener: Listener): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

export const toQuery = (query: CallOptions['query']): string => {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null || value === '') continue
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

const readProblem = async (response: Response): Promise<Problem | null> => {
  try {
    return (await response.json()) as Problem
  } catch {
    return null
  }
}

/** Digits enough that a number may be more than JavaScript can hold. */
const MAYBE_LONG = /\d[\d.]{15}/u

/** As JSON.parse; numbers that would lose digits stay as they are written, where the browser can hold them so. */
export const parseExactly = (text: string): unknown => {
  if (!('rawJSON' in JSON) || !MAYBE_LONG.test(text)) return JSON.parse(text)
  const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }
  return JSON.parse(text, (_name, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source && MAYBE_LONG.test(context.source)
      ? rawJSON(context.source)
      : value,
  )
}

export const client = createClient()
