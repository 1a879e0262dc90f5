import type { DataFolder } from '../stack/data-folder.js'
import type { Stack } from '../stack/start-stack.js'
import type { Terminal } from '../terminal/terminal.js'

/** Where to go next, and how to get in: the key itself when it was made just now, later where it lies. */
export const printAddresses = (terminal: Terminal, stack: Stack, folder: DataFolder): void => {
  terminal.line(`
  API and its docs   ${terminal.bold(`${stack.url}/docs`)}
  Bull Board         ${stack.url}/admin/queues  ${terminal.dim('(any user name, the admin key as password)')}
  Metrics            ${stack.url}/metrics
  Key (admin)        ${stack.isKeyNew ? stack.adminKey : terminal.dim(`adminKey in ${folder.file('settings.json')}`)}
  Logs, data         ${folder.path}
${stack.isKeyNew ? `\n  The key is shown this once; it stays in ${folder.file('settings.json')}, which only you can read.` : ''}
  Try:  npm run inlet -- sources
  Ctrl-C stops everything; the data stays.`)
}
