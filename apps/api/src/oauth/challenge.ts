import { SCOPES } from '@inlet/domain'
import { TokenRefused } from '@inlet/security'
import type { Request, RequestHandler, Response } from 'express'
import { findPrincipal, ScopeMissing } from '../http/principal.js'
import type { ResourceServer } from './resource-server.js'

const ROOT = '/.well-known/oauth-protected-resource'

/** Addresses where clients without a token learn where to get one (RFC 9728), for the API and for its MCP endpoint. */
export const RESOURCE_METADATA: readonly string[] = [ROOT, `${ROOT}/mcp`]

/** The scopes an agent should request: administration is for people, who know what they request. */
const OFFERED = SCOPES.filter((scope) => scope !== 'admin')

export const protectedResource =
  (oauth: ResourceServer | null): RequestHandler =>
  (request, response) => {
    const base = baseOf(request, oauth)
    response.json({
      resource: request.path.endsWith('/mcp') ? `${base}/mcp` : base,
      resource_name: 'Inlet',
      bearer_methods_supported: ['header'],
      ...(oauth !== null && { authorization_servers: [oauth.issuer], scopes_supported: OFFERED.map(oauth.scopeName) }),
    })
  }

/** Returns the metadata address for a request. */
export const metadataUrl = (request: Request, oauth: ResourceServer | null): string =>
  `${baseOf(request, oauth)}${request.path === '/mcp' ? `${ROOT}/mcp` : ROOT}`

/** Returns the public address, otherwise the scheme and host that the client used. */
const baseOf = (request: Request, oauth: ResourceServer | null): string =>
  oauth?.publicUrl ?? `${request.protocol}://${request.get('host') ?? 'localhost'}`

/** Returns the WWW-Authenticate header of a refusal (RFC 6750, RFC 9728), which leads a client to the right token; null if a token would not help. */
export const challengeFor = (
  error: unknown,
  { request, response, status }: { readonly request: Request; readonly response: Response; readonly status: number },
  oauth: ResourceServer | null,
): string | null => {
  if (status === 401) return request.path.startsWith('/admin') ? 'Basic realm="Inlet"' : bearer(request, oauth, toRefusal(error, oauth))
  if (!(error instanceof ScopeMissing) || oauth === null || findPrincipal(response)?.kind !== 'token') return null
  return bearer(request, oauth, { error: 'insufficient_scope', error_description: error.message, scope: oauth.scopeName(error.scope) })
}

type Parameters = Readonly<Record<string, string>>

/** Without a token no error is named. Clients without one are shown the smallest useful scope. */
const toRefusal = (error: unknown, oauth: ResourceServer | null): Parameters => {
  if (oauth === null) return {}
  const refused = error instanceof TokenRefused ? { error: 'invalid_token', error_description: error.message } : {}
  return { ...refused, scope: oauth.scopeName('read') }
}

const bearer = (request: Request, oauth: ResourceServer | null, parameters: Parameters): string => {
  const pointer = oauth === null && request.path !== '/mcp' ? {} : { resource_metadata: metadataUrl(request, oauth) }
  const all = Object.entries({ realm: 'Inlet', ...parameters, ...pointer })
  return `Bearer ${all.map(([name, value]) => `${name}="${value}"`).join(', ')}`
}
