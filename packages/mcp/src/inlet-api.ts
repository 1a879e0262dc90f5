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

/** Encodes a caller-supplied part of a path. */
export const segment = (text: string): string => encodeURIComponent(text)

export interface HttpApiOptions {
  readonly url: string
  readonly key: string
  /** Sent with every request, e.g. the name of the client for the audit log. */
  readonly headers?: Readonly<Record<string, string>>
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
      redirect: 'error',
      headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...always, ...headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const answer: unknown = text === '' ? null : JSON.parse(text)
    if (!response.ok) throw new ApiRefusal(response.status, answer ?? {})
    // The API checks its responses against the contract; they are not parsed again here.
    return answer as T
  }
