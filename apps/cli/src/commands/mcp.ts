import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { CLIENT_INFO_META_KEY, Server, type ServerContext } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { findInstallation, type InstallationFlags } from '../client/find-installation.js'
import type { CommandContext } from './context.js'

const VERSION = '0.1.0'

/**
 * `inlet mcp`: provides what `POST /mcp` offers over standard input and output, for clients that start their servers themselves. Everything is passed
 * on with the key, so that both ways provide the same tools and answers. Ends when its client closes standard input.
 */
export const mcp = async (flags: InstallationFlags, { env, stopped }: Pick<CommandContext, 'env' | 'stopped'>): Promise<void> => {
  const { url, key } = findInstallation(flags, env)
  const served = serveStdio(() => createRelay({ url, key }))
  await Promise.race([stopped, new Promise((resolve) => process.stdin.once('close', resolve).once('end', resolve))])
  await served.close()
}

const createRelay = ({ url, key }: { readonly url: string; readonly key: string }): Server => {
  const server = new Server({ name: 'inlet', title: 'Inlet', version: VERSION }, { capabilities: { tools: {}, resources: {} } })
  // Opened at the first request: by then the client has given its name, which the audit log shows.
  let opened: Promise<Client> | null = null
  const open = async (context: ServerContext): Promise<Client> => {
    const name = nameIn(context) ?? server.getClientVersion()?.name ?? 'inlet mcp'
    const client = new Client({ name, version: VERSION }, { versionNegotiation: { mode: 'auto' } })
    await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers: { authorization: `Bearer ${key}` } } }))
    return client
  }
  const remote = (context: ServerContext): Promise<Client> => {
    // If the server was not up yet, the next request tries again.
    opened ??= open(context).catch((error: unknown) => {
      opened = null
      throw error
    })
    return opened
  }
  server.setRequestHandler('tools/list', async ({ params }, context) => (await remote(context)).listTools(params))
  server.setRequestHandler('tools/call', async ({ params }, context) => (await remote(context)).callTool(params))
  server.setRequestHandler('resources/list', async ({ params }, context) => (await remote(context)).listResources(params))
  server.setRequestHandler('resources/templates/list', async ({ params }, context) => (await remote(context)).listResourceTemplates(params))
  server.setRequestHandler('resources/read', async ({ params }, context) => (await remote(context)).readResource(params))
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a hook of the library, not an event target
  server.onclose = () => void opened?.then((client) => client.close()).catch(() => {})
  return server
}

/** Returns the client's name: a client of 2026 sends it with every request, but the library's type lacks it. */
const nameIn = ({ mcpReq }: ServerContext): string | undefined => {
  const envelope: Readonly<Record<string, unknown>> = { ...mcpReq.envelope }
  const info = envelope[CLIENT_INFO_META_KEY]
  return typeof info === 'object' && info !== null && 'name' in info && typeof info.name === 'string' ? info.name : undefined
}
