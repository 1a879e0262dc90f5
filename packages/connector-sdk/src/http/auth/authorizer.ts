import type { HttpRequest } from '../http-client.js'

/** Adds credentials to the requests of one source. */
export interface Authorizer {
  /** Returns the request with credentials, their headers marked so that a redirect elsewhere drops them. */
  authorize(request: HttpRequest): HttpRequest | Promise<HttpRequest>
  /** Present if the credentials can be renewed: called after a 401 with the refused request. */
  refused?(request: HttpRequest): void
}

/** Returns the request with additional headers that are credentials. */
export const withCredentials = (request: HttpRequest, headers: Readonly<Record<string, string>>): HttpRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
  credentialHeaders: [...(request.credentialHeaders ?? []), ...Object.keys(headers)],
})
