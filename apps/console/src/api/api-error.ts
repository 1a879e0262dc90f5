import type { Problem } from '@inlet/contract'

/** A request as it can be repeated elsewhere. */
export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly body?: unknown
}

/** What the API answered instead of a result, or why it could not be reached (status 0). */
export class ApiError extends Error {
  readonly status: number
  readonly request: ApiRequest
  readonly problem: Problem | null

  constructor(status: number, request: ApiRequest, problem: Problem | null = null, cause?: unknown) {
    super(problem?.detail ?? (status === 0 ? 'The API does not answer.' : `The API answered ${status}.`), { cause })
    this.name = 'ApiError'
    this.status = status
    this.request = request
    this.problem = problem
  }
}
