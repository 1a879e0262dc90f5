import type { DataFolder } from '../stack/data-folder.js'
import type { Stack } from '../stack/start-stack.js'
import type { Terminal } from '../terminal/terminal.js'

/** Where to go next, and the key to get in. */
export const printAddresses = (terminal: Terminal, stack: Stack, folder: DataFolder): void => {
  terminal.line(`
  API and its docs   ${terminal.bold(`${stack.url}/docs`)}
  Bull Board         ${stack.url}/admin/queues  ${terminal.dim('(any user name, the key below as password)')}
  Metrics            ${stack.url}/metrics
  Key (admin)        ${stack.adminKey}
  Logs, data         ${folder.path}

  Try:  curl -H "Authorization: Bearer ${stack.adminKey}" "${stack.url}/v1/sources"
  Ctrl-C stops everything; the data stays.`)
}
