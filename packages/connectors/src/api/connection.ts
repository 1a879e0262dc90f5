import { type Auth, type ConnectorContext, createAuth } from '@inlet/connector-sdk'
import type { ApiConfig, ApiSecrets } from './config.js'

/** What all reads of a source version share: the credentials. */
export interface ApiConnection extends AsyncDisposable {
  readonly ctx: ConnectorContext<ApiConfig, ApiSecrets>
  readonly auth: Auth
}

/** Creates a connection without I/O. Its sockets belong to the HTTP client of the context. */
export const createConnection = (ctx: ConnectorContext<ApiConfig, ApiSecrets>): ApiConnection => {
  const { config, secrets, http, now, signal } = ctx
  const { origin } = new URL(config.url)
  const secretHeaders = secrets.headers ?? {}
  const auth = createAuth({
    spec: config.auth,
    secrets,
    http,
    now,
    origin,
    signal,
    tokens: ctx.tokens,
  })
  const withHeaders: Auth = {
    send: (request) => {
      if (new URL(request.url).origin !== origin) return auth.send(request)
      const headers = { ...request.headers, ...secretHeaders }
      return auth.send({ ...request, headers, credentialHeaders: Object.keys(secretHeaders) })
    },
  }
  return {
    ctx,
    auth: withHeaders,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
