/** A request to the REST API, on behalf of the tool's caller: tools can do what that key can do, and nothing else. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Without a query, such as `/v1/runs`; parts from tool arguments are encoded with `segment`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
}

/** The REST API of an installation. Rejects with ApiRefusal for every response that is not 2xx. */
export type InletApi = <T>(request: ApiRequest) => Promise<T>

/** An error response of the API. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal'
  readonly status: number
  readonly code: string
  readonly next: string | undefined
  constructor(status: number, problem: { readonly code?: string; readonly detail?: string; readonly next?: string }) {
    super(problem.detail ?? `the API answered ${status}`)
    this.status = status
    this.code = problem.code ?? `HTTP_${status}`
    this.next = problem.next
  }
}

/** A refusal in words of our own, by a tool rather than by the API. */
export class ToolRefusal extends ApiRefusal {}

const NOTHING_THERE = { code: 'NOT_FOUND', detail: 'nothing has this id', next: 'Use an id or slug exactly as it was returned.' }

/** Encodes a caller-supplied part of a path. Throws ToolRefusal for what an address cannot contain, or what would name another one. */
export const segment = (text: string): string => {
  if (text === '' || text === '.' || text === '..' || !text.isWellFormed()) throw new ToolRefusal(404, NOTHING_THERE)
  return encodeURIComponent(text)
}

export interface HttpApiOptions {
  readonly url: string
  readonly key: string
  /** Sent with every request, e.g. the name of the client for the audit log. */
  readonly headers?: Readonly<Record<string, string>>
}

const NOT_OURS = {
  code: 'UPSTREAM_INVALID',
  detail: 'what answers at the address of the API is not the API: it did not send JSON',
  next: 'Check the address, and any proxy in front of it.',
}

/** Undefined for a text that is not JSON, which is not repeated: a proxy may have written it. */
const parseAnswer = (text: string): unknown => {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return undefined
  }
}

const TIMEOUT_MS = 150_000

/** Accesses the API over HTTP with a key. */
export const createHttpApi =
  ({ url, key, headers: always }: HttpApiOptions): InletApi =>
  async <T>({ method, path, query = {}, body, headers }: ApiRequest): Promise<T> => {
    const target = new URL(path, url)
    for (const [name, value] of Object.entries(query))
      for (const one of value === undefined ? [] : Array.isArray(value) ? value : [value]) target.searchParams.append(name, String(one))
    const response = await fetch(target, {
      method,
      // Not followed: the key is only for this address.
      redirect: 'manual',
      headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...always, ...headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const answer = parseAnswer(text)
    if (answer === undefined || (response.status >= 300 && response.status < 400)) throw new ToolRefusal(response.status, NOT_OURS)
    if (!response.ok) throw new ApiRefusal(response.status, answer ?? {})
    // The API checks its responses against the contract; they are not parsed again here.
    return answer as T
  }
