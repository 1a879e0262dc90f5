import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RecordPage } from '@inlet/contract'
import { freePort } from '@inlet/db/embedded'
import { createApiClient, withQuery } from '../client/api-client.js'
import { untilSearchable } from '../client/until-searchable.js'
import { DEMO_SHOP, ensureDemoShop } from '../demo/demo-shop.js'
import { openDemoSite } from '../demo/demo-site.js'
import { DEMO_QUESTIONS, demoSources } from '../demo/demo-sources.js'
import { runDemo } from '../demo/run-demo.js'
import { type DataFolder, openDataFolder } from '../stack/data-folder.js'
import { isPortFree } from '../stack/port.js'
import { startStack } from '../stack/start-stack.js'
import { printAddresses } from './addresses.js'
import type { CommandContext } from './context.js'
import { hitLines } from './search.js'
import type { UpFlags } from './up.js'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
/** `inlet demo`: runs `up` with sources that need no internet access. Returns the exit code. */
export const demo = async (flags: UpFlags & { readonly exit: boolean }, context: CommandContext): Promise<number> => {
  const { terminal, env, stopped } = context
  terminal.line(terminal.bold('\nInlet demo'))
  const folder = openDataFolder(flags.data)
  const { sitePort, readerPassword } = await demoSettings(folder)
  const stack = await startStack({
    folder,
    workers: flags.workers,
    port: flags.port,
    // The demo's tables are in the embedded Postgres, beside Inlet's own.
    env: { ...env, DATABASE_URL: undefined },
    egressAllow: ({ postgresPort }) => [`127.0.0.1:${sitePort}`, `127.0.0.1:${postgresPort}`],
    fileRoots: [path.resolve(ROOT)],
    stopped,
    step: (title, work) => terminal.step(title, work),
    notice: (message) => terminal.line(`  ! ${message}`),
  })
  try {
    if (stack.postgresPort === null) throw new Error('the demo needs the embedded Postgres')
    await terminal.step(`preparing a shop database (${DEMO_SHOP.customers} customers, ${DEMO_SHOP.orders} orders)`, () =>
      ensureDemoShop(stack.databaseUrl, readerPassword),
    )
    const site = await openDemoSite(ROOT, sitePort)
    try {
      const api = createApiClient(stack.url, stack.adminKey)
      const sources = demoSources({ root: path.resolve(ROOT), sitePort, postgresPort: stack.postgresPort, readerPassword })
      const result = await Promise.race([runDemo(api, sources, terminal), stopped.then(() => null)])
      if (result === null) return 130
      terminal.line(
        result.stored === 0 && result.failed.length === 0
          ? '\n  Nothing new: everything was stored before, and nothing was stored twice.'
          : `\n  ${result.stored} records stored.`,
      )
      await untilSearchable(api, (pending) => terminal.block([`  … ${pending} records are not searchable yet`]))
      terminal.endBlock()
      terminal.line('\n  Asked the docs (GET /v1/records?q=…):')
      for (const { question } of DEMO_QUESTIONS) {
        const query = { q: question, source: 'demo-files', limit: 1 }
        printHit(context, question, await api.call<RecordPage>('GET', withQuery('/v1/records', query)))
      }
      await printAddresses(context, stack, folder)
      if (!flags.exit) await stopped
      return result.failed.length === 0 ? 0 : 1
    } finally {
      await site.close()
    }
  } finally {
    await terminal.step('stopping', () => stack.close())
  }
}

const demoSettings = async (folder: DataFolder): Promise<{ readonly sitePort: number; readonly readerPassword: string }> => {
  const before = folder.settings.demo
  if (before !== undefined && (await isPortFree(before.sitePort))) return before
  const settings = { sitePort: await freePort(), readerPassword: before?.readerPassword ?? randomBytes(18).toString('base64url') }
  folder.update({ demo: settings })
  return settings
}

const printHit = ({ terminal }: CommandContext, question: string, hits: RecordPage): void => {
  const [hit] = hits.items
  terminal.line(`\n  ${question}`)
  for (const line of hit === undefined ? ['no hit'] : hitLines(hit, terminal)) terminal.line(`    ${line}`)
}
