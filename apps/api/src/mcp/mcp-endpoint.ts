import { type Database, writeAudit } from '@inlet/db'
import { Failure, isScope } from '@inlet/domain'
import { createHttpApi, createMcpServer } from '@inlet/mcp'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, type McpRequestContext } from '@modelcontextprotocol/server'
import type { Request, RequestHandler } from 'express'
import { getPrincipal, requireScope } from '../http/principal.js'
import type { AllowedHosts } from './allowed-host.js'

export interface McpDeps {
  readonly database: Database
  /** Of this very API: tools call it in the name of the key, so that they can do what the key can, by the same checks. */
  readonly selfUrl: () => string
  readonly hosts: AllowedHosts
  /** Whether a person publishes what agents propose. */
  readonly approval: boolean
  readonly version: string
  readonly onError: (error: unknown) => void
}

const MAX_CLIENT_NAME = 80

/** `POST /mcp` for agents, of both eras of the protocol; every request stands for itself, so any process may answer it. */
export const mcpEndpoint = (deps: McpDeps): RequestHandler => {
  const handle = toNodeHandler(
    createMcpHandler((context) => createServerFor(deps, context), { onerror: deps.onError }),
    { onerror: deps.onError },
  )
  return async (request, response) => {
    if (!deps.hosts.allows(request.get('host'), request.get('origin')))
      throw new Failure('FORBIDDEN', 'this server does not answer agents under that name', {
        next: 'Use its own address, or set INLET_PUBLIC_URL to the one that clients use.',
      })
    const { keyId, scopes } = requireScope(getPrincipal(response), 'read')
    const token = (request.get('authorization') ?? '').replace(/^bearer /iu, '')
    await handle(Object.assign(request, { auth: { token, clientId: keyId, scopes: [...scopes] } }), response)
  }
}

const createServerFor = (deps: McpDeps, { authInfo, requestInfo }: McpRequestContext) => {
  if (authInfo === undefined) throw new Failure('UNAUTHENTICATED', 'a valid API key is required')
  return createMcpServer({
    api: createHttpApi({ url: deps.selfUrl(), key: authInfo.token }),
    scopes: authInfo.scopes.filter(isScope),
    approval: deps.approval,
    version: deps.version,
    onCall: ({ tool, client }) =>
      writeAudit(deps.database.pool, {
        actor: `key:${authInfo.clientId}`,
        action: `mcp.${tool}`,
        targetType: 'mcp-client',
        targetId: toClientName(client ?? requestInfo?.headers.get('user-agent') ?? ''),
      }),
  })
}

/** As the client calls itself: it proves nothing, and says where to look. */
const toClientName = (name: string): string => name.replace(/[^\x20-\x7e]/gu, '').slice(0, MAX_CLIENT_NAME) || 'unknown'

/** Where clients without a key learn how to authenticate (RFC 9728). */
export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource/mcp'

export const protectedResource = (): RequestHandler => (request, response) =>
  void response.json({ resource: `${originOf(request)}/mcp`, resource_name: 'Inlet', bearer_methods_supported: ['header'] })

/** The scheme and host that the client used. */
export const originOf = (request: Request): string => `${request.protocol}://${request.get('host') ?? 'localhost'}`
