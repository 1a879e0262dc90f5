import type { FieldProblem, UploadView } from '@inlet/contract'
import type { LocalFile } from './local-file.js'
import { toBody } from './send-body.js'
import { type ServerEvent, toServerEvents } from './server-events.js'

interface ProblemBody {
  readonly code?: string
  readonly detail?: string
  readonly title?: string
  readonly next?: string
  readonly field?: string
  readonly errors?: readonly FieldProblem[]
}

/** A problem+json response of the API. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: number
  readonly code: string
  readonly next: string | undefined
  readonly field: string | undefined
  readonly errors: readonly FieldProblem[]
  /** Slug or id of the source that the request concerned; undefined for other requests. */
  readonly source: string | undefined
  constructor(status: number, body: ProblemBody, path = '') {
    super(body.detail ?? body.title ?? `the API answered ${status}`)
    this.status = status
    this.code = body.code ?? `HTTP_${status}`
    this.next = body.next
    this.field = body.field
    this.errors = body.errors ?? []
    const [, ref] = /^\/v1\/sources\/([^/?]+)/u.exec(path) ?? []
    this.source = ref === undefined ? undefined : decodeURIComponent(ref)
  }
}

/** The API could not be reached, or something else responded in its place. */
export class ApiUnreachable extends Error {
  override readonly name = 'ApiUnreachable'
}

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/** The REST API of an installation, as its users see it. */
export interface ApiClient {
  readonly url: string
  /** Throws ApiProblem for every response that is not 2xx, ApiUnreachable when there is none. */
  call<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<T>
  /** Sends a file, without a time limit as long as data flows; throws as `call` does. */
  upload(file: LocalFile, options?: UploadOptions): Promise<UploadView>
  /** Returns the bytes at a path; throws as `call` does. The caller reads or cancels them. */
  download(path: string): Promise<{ readonly bytes: ReadableStream<Uint8Array>; readonly headers: Headers }>
  /** Yields server-sent events from a path, until the server ends them or the signal aborts. */
  events(path: string, options: { readonly lastEventId?: string | undefined; readonly signal: AbortSignal }): AsyncGenerator<ServerEvent>
}

export interface UploadOptions {
  /** The id of the upload whose content is replaced; without it a new one is made. */
  readonly replaces?: string | undefined
  /** Called with the bytes that were sent so far. */
  readonly onSent?: ((bytes: number) => void) | undefined
}

/** Appends a query to a path, leaving out undefined values. */
export const withQuery = (path: string, query: Query): string => {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)]),
  )
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs).toString()}`
}

const TIMEOUT_MS = 150_000
/** Nobody should wait for minutes at night to learn that the database hangs. */
const READ_TIMEOUT_MS = 30_000

export const createApiClient = (url: string, key: string): ApiClient => {
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    try {
      const response = await fetch(new URL(path, url), { ...init, redirect: 'manual' })
      if (response.status < 300 || response.status > 399) return response
      await response.body?.cancel()
      // The key is not sent there.
      throw new Error(`it redirects to ${response.headers.get('location') ?? 'nowhere'}: use the address of the API itself`)
    } catch (error) {
      if (init.signal?.aborted === true && init.signal.reason instanceof DOMException && init.signal.reason.name === 'AbortError') throw error
      throw new ApiUnreachable(`the API at ${url} does not answer (${reasonOf(error)})`, { cause: error })
    }
  }
  return {
    url,
    async call<T>(method: string, path: string, body?: object, headers: Readonly<Record<string, string>> = {}): Promise<T> {
      const response = await send(path, {
        method,
        headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        signal: AbortSignal.timeout(method === 'GET' && !path.includes('ensureFresh=') ? READ_TIMEOUT_MS : TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const answer = parseResponse(url, response.status, await response.text())
      if (!response.ok) throw new ApiProblem(response.status, answer ?? {}, path)
      // The contract package checks the API's side; the shapes are not validated a second time here.
      return answer as T
    },
    async upload(file, { replaces, onSent } = {}) {
      const path = withQuery(replaces === undefined ? '/v1/uploads' : `/v1/uploads/${replaces}/content`, { name: file.name })
      const { init, headers, failure, done } = toBody(file, { idleMs: TIMEOUT_MS, onSent })
      try {
        const response = await send(path, {
          ...init,
          method: replaces === undefined ? 'POST' : 'PUT',
          headers: { ...headers, authorization: `Bearer ${key}` },
        })
        const answer = parseResponse(url, response.status, await response.text())
        if (!response.ok) throw new ApiProblem(response.status, answer ?? {})
        return answer as UploadView
      } catch (error) {
        throw failure() ?? error
      } finally {
        done()
      }
    },
    async download(path) {
      const response = await send(path, { headers: { authorization: `Bearer ${key}` } })
      if (!response.ok || response.body === null)
        throw new ApiProblem(response.status, parseResponse(url, response.status, await response.text()) ?? {})
      return { bytes: response.body, headers: response.headers }
    },
    async *events(path, { lastEventId, signal }) {
      const headers = { authorization: `Bearer ${key}`, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) }
      const response = await send(path, { headers, signal })
      if (!response.ok) throw new ApiProblem(response.status, parseResponse(url, response.status, await response.text()) ?? {})
      if (response.body !== null) yield* toServerEvents(response.body)
    },
  }
}

const parseResponse = (url: string, status: number, text: string): unknown => {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiUnreachable(`what answers at ${url} is not Inlet's API (status ${status}, no JSON)`)
  }
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  return code ?? (cause instanceof Error ? cause.message : error instanceof Error ? error.message : String(error))
}
