import type { AuthSecrets, AuthSpec } from './auth-spec.js'
import { type Authorizer, withCredentials } from './authorizer.js'
import { needSecret } from './check-auth-secrets.js'

type Kind<K extends AuthSpec['kind']> = Extract<AuthSpec, { kind: K }>

export const createApiKeyAuth = (spec: Kind<'apiKey'>, secrets: AuthSecrets): Authorizer => {
  const value = spec.prefix + needSecret(spec, secrets, 'apiKey')
  if (spec.in === 'header') return { authorize: (request) => withCredentials(request, { [spec.name]: value }) }
  return {
    authorize: (request) => {
      const url = new URL(request.url)
      url.searchParams.set(spec.name, value)
      return { ...request, url: url.href }
    },
  }
}

export const createBasicAuth = (spec: Kind<'basic'>, secrets: AuthSecrets): Authorizer => {
  const authorization = basicHeader(needSecret(spec, secrets, 'username'), secrets.password ?? '')
  return { authorize: (request) => withCredentials(request, { authorization }) }
}

export const createBearerAuth = (spec: Kind<'bearer'>, secrets: AuthSecrets): Authorizer => {
  const authorization = `Bearer ${needSecret(spec, secrets, 'token')}`
  return { authorize: (request) => withCredentials(request, { authorization }) }
}

/** RFC 7617, in UTF-8. */
export const basicHeader = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
