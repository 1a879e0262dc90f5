import { isUrl } from '@inlet/connector-sdk'
import { asList, asObject, asText, type ObjectNode } from './node.js'
import type { Resolver } from './resolver.js'

export interface GuessedAuth {
  readonly auth: ObjectNode & { readonly kind: string }
  /** Members of `secrets` that must be set. */
  readonly secrets: readonly string[]
  readonly warning?: string
}

/** Guesses how requests authenticate: from the security schemes that the document requires, otherwise from the first usable one. Pure. */
export const guessAuth = (document: ObjectNode, resolver: Resolver): GuessedAuth => {
  const schemes = asObject(asObject(document['components'])['securitySchemes'] ?? document['securityDefinitions'])
  const demanded = asList(document['security']).flatMap((one) => Object.keys(asObject(one)))
  const names = [...new Set([...demanded, ...Object.keys(schemes)])].filter((name) => Object.hasOwn(schemes, name))
  const guesses = names.flatMap((name) => toAuth(resolver.resolve(schemes[name])) ?? [])
  const [best] = guesses
  const together = asList(document['security'])
    .map((one) => Object.keys(asObject(one)))
    .find((all) => all.length > 1)
  if (best === undefined)
    return {
      auth: { kind: 'none' },
      secrets: [],
      ...(names.length > 0 && { warning: `none of the security schemes (${names.slice(0, 10).join(', ')}) is known` }),
    }
  if (together === undefined) return best
  const further = `auth: every request needs all of ${together.slice(0, 5).join(', ')}; put what auth does not send under secrets.headers`
  return { ...best, warning: best.warning === undefined ? further : `${best.warning}; ${further}` }
}

const toAuth = (scheme: ObjectNode): GuessedAuth | null => {
  const http = asText(scheme['scheme']).toLowerCase()
  switch (asText(scheme['type'])) {
    case 'basic':
      return { auth: { kind: 'basic' }, secrets: ['username', 'password'] }
    case 'http':
      if (http === 'basic') return { auth: { kind: 'basic' }, secrets: ['username', 'password'] }
      return http === 'bearer' ? { auth: { kind: 'bearer' }, secrets: ['token'] } : null
    case 'apiKey': {
      const place = asText(scheme['in'])
      if (place !== 'header' && place !== 'query') return null
      const isBearer = asText(scheme['name']).toLowerCase() === 'authorization'
      return {
        auth: { kind: 'apiKey', in: place, name: asText(scheme['name']) },
        secrets: ['apiKey'],
        ...(isBearer && { warning: 'auth: the key goes into Authorization; if a word such as "Bearer " stands before it, set auth.prefix' }),
      }
    }
    case 'oauth2':
      return toOAuth(scheme)
    case 'openIdConnect':
      return { auth: { kind: 'bearer' }, secrets: ['token'], warning: 'auth: OpenID Connect; a token is expected, or set one of the oauth2 kinds' }
    default:
      return null
  }
}

const toOAuth = (scheme: ObjectNode): GuessedAuth => {
  const flows = asObject(scheme['flows'])
  const client = flows['clientCredentials'] ?? (scheme['flow'] === 'application' ? scheme : undefined)
  const tokenUrl = asText(asObject(client)['tokenUrl'])
  if (isUrl(tokenUrl)) {
    const scope = Object.keys(asObject(asObject(client)['scopes']))
      .filter((name) => /read|^[^:]*$/i.test(name))
      .join(' ')
    return {
      auth: { kind: 'oauth2ClientCredentials', tokenUrl, clientId: 'set-your-client-id', ...(scope !== '' && scope.length < 500 && { scope }) },
      secrets: ['clientSecret'],
      warning: 'auth: set auth.clientId, and look at the scopes',
    }
  }
  const code = asObject(flows['authorizationCode'] ?? scheme)
  const renewal = asText(code['refreshUrl']) || asText(code['tokenUrl'])
  return {
    auth: { kind: 'bearer' },
    secrets: ['token'],
    warning: `auth: OAuth 2 with a person's consent; a long-lived token is expected, or use oauth2RefreshToken${renewal === '' ? '' : ` with tokenUrl ${renewal.slice(0, 200)}`}`,
  }
}
