import { type Database, writeAudit } from '@inlet/db'
import { Failure, isScope } from '@inlet/domain'
import { createHttpApi, createMcpServer } from '@inlet/mcp'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, type McpRequestContext } from '@modelcontextprotocol/server'
import type { Request, RequestHandler, Response } from 'express'
import { actorOf, getPrincipal, requireScope } from '../http/principal.js'
import { onceClosed } from '../http/reply.js'
import { openStanding } from '../http/standing.js'
import { metadataUrl } from '../oauth/challenge.js'
import type { ResourceServer } from '../oauth/resource-server.js'
import type { AllowedHosts } from './allowed-hosts.js'

export interface McpDeps {
  readonly database: Database
  /** URL of this API: tools call it with the caller's key, so that they can do what the key can, under the same checks. */
  readonly selfUrl: () => string
  readonly hosts: AllowedHosts
  /** The issuer whose tokens are accepted too. */
  readonly oauth: ResourceServer | null
  /** Whether a person publishes what agents propose. */
  readonly approval: boolean
  readonly version: string
  readonly onError: (error: unknown) => void
}

const MAX_CLIENT_NAME = 80

/** Serves `POST /mcp` to agents, for both generations of the protocol; every request is self-contained, so any process may answer it. */
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
    const principal = requireScope(getPrincipal(response), 'read')
    const token = (request.get('authorization') ?? '').replace(/^bearer /iu, '')
    watch(response)
    limitBody(request, response)
    const auth = {
      token,
      clientId: actorOf(principal),
      scopes: [...principal.scopes],
      ...(deps.oauth !== null && principal.kind === 'token' && { resourceMetadataUrl: metadataUrl(request, deps.oauth), extra: { mayAsk: true } }),
    }
    await handle(Object.assign(request, { auth }), response)
  }
}

const WATCH_MS = 5_000

/** Ends a response that is still open when its key is revoked or its token expires. */
const watch = (response: Response): void => {
  const standing = openStanding(response, 'read')
  const timer = setInterval(() => void standing.renew().catch(() => response.destroy()), WATCH_MS)
  onceClosed(response, () => clearInterval(timer))
}

const MAX_BODY_MS = 60_000

/** Cuts off a sender that trickles its message. */
const limitBody = (request: Request, response: Response): void => {
  const late = setTimeout(() => request.complete || request.destroy(), MAX_BODY_MS)
  onceClosed(response, () => clearTimeout(late))
}

const createServerFor = (deps: McpDeps, { authInfo, requestInfo }: McpRequestContext) => {
  if (authInfo === undefined) throw new Failure('UNAUTHENTICATED', 'a valid API key is required')
  return createMcpServer({
    api: createHttpApi({ url: deps.selfUrl(), key: authInfo.token }),
    scopes: authInfo.scopes.filter(isScope),
    ...(deps.oauth !== null && authInfo.extra?.['mayAsk'] === true && { scopeName: deps.oauth.scopeName }),
    approval: deps.approval,
    version: deps.version,
    onError: deps.onError,
    onCall: ({ tool, client }) =>
      writeAudit(deps.database.pool, {
        actor: authInfo.clientId,
        action: `mcp.${tool}`,
        targetType: 'mcp-client',
        targetId: toClientName(client ?? requestInfo?.headers.get('user-agent') ?? ''),
      }),
  })
}

/** The name the client gives itself: it proves nothing, but shows where to look. */
const toClientName = (name: string): string => name.replace(/[^\x20-\x7e]/gu, '').slice(0, MAX_CLIENT_NAME) || 'unknown'
