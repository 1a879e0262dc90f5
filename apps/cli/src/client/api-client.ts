/** A problem+json answer of the API. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: number
  readonly code: string
  constructor(status: number, body: { readonly code?: string; readonly detail?: string; readonly title?: string; readonly next?: string }) {
    super([body.detail ?? body.title ?? `HTTP ${status}`, body.next].filter((part) => part !== undefined).join(' '))
    this.status = status
    this.code = body.code ?? ''
  }
}

/** The REST API of an installation, as its users see it. */
export interface ApiClient {
  /** Throws ApiProblem for every answer that is not 2xx. */
  call<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<T>
}

export const createApiClient = (url: string, key: string): ApiClient => ({
  async call<T>(method: string, path: string, body?: object, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const answer: unknown = text === '' ? null : JSON.parse(text)
    if (!response.ok) throw new ApiProblem(response.status, answer ?? {})
    // The contract package checks the API's side; the shapes are not parsed a second time here.
    return answer as T
  },
})
