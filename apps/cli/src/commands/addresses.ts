import path from 'node:path'
import type { SessionLinkView } from '@inlet/contract'
import { createApiClient } from '../client/api-client.js'
import { DATA_FOLDER, type DataFolder } from '../stack/data-folder.js'
import type { Stack } from '../stack/start-stack.js'
import type { CommandContext } from './context.js'
import { openBrowser } from './open-browser.js'

/**
 * Prints where to go next and how to log in: the key itself if it was just created, later where it is stored. Opens the console if there is a
 * desktop.
 */
export const printAddresses = async ({ terminal, env }: CommandContext, stack: Stack, folder: DataFolder): Promise<void> => {
  const isDefault = folder.path === path.resolve(DATA_FOLDER)
  const first = stack.isKeyNew && isDefault ? 'sources create <a file of yours> --follow' : 'sources'
  const link = await createApiClient(stack.url, stack.adminKey).call<SessionLinkView>('POST', '/v1/session/link')
  terminal.line(`
  Console            ${terminal.bold(`${stack.url}${link.path}`)}  ${terminal.dim('(signs in once, within ten minutes)')}
  API and its docs   ${stack.url}/docs
  For agents (MCP)   ${stack.url}/mcp  ${terminal.dim('(docs/guides/agents.md)')}
  Bull Board         ${stack.url}/admin/queues  ${terminal.dim('(any user name, the admin key as password)')}
  Metrics            ${stack.url}/metrics
  Key (admin)        ${stack.isKeyNew ? stack.adminKey : terminal.dim(`adminKey in ${folder.file('settings.json')}`)}
  Logs, data         ${folder.path}
${stack.isKeyNew ? `\n  The key is shown only once; it stays in ${folder.file('settings.json')}, which only you can read.` : ''}
  Try:  npm run inlet -- ${first}${isDefault ? '' : ` --data ${nearest(folder.path)}`}
  Ctrl-C stops everything; the data stays.`)
  openBrowser(`${stack.url}${link.path}`, { platform: process.platform, isTerminal: process.stdout.isTTY, env })
}

/** Returns the path relative to the current folder, unless that leads upwards. */
const nearest = (place: string): string => {
  const relative = path.relative('', place)
  return relative.startsWith('..') ? place : relative
}
