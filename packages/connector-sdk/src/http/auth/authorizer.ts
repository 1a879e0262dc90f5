import type { HttpRequest } from '../http-client.js'

/** Adds credentials to requests of one source. */
export interface Authorizer {
  /** The request with credentials, whose headers are marked so that redirects to elsewhere drop them. */
  authorize(request: HttpRequest): HttpRequest | Promise<HttpRequest>
  /** Present where credentials can be renewed: called after a 401 with the request that was refused. */
  refused?(request: HttpRequest): void
}

/** The request with further headers that are credentials. */
export const withCredentials = (request: HttpRequest, headers: Readonly<Record<string, string>>): HttpRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
  credentialHeaders: [...(request.credentialHeaders ?? []), ...Object.keys(headers)],
})
