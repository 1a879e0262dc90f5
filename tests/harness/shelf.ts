import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { type Connector, complete, defineConnector, Failure } from '@inlet/connector-sdk'
import { z } from 'zod'
import { type Answer, startApi, type TestApi } from '../../apps/api/testing/start-api.js'
import { startProcesses } from '../../apps/worker/testing/start-ingestion.js'

export const TOKEN = 'canary-of-the-shelf'

/** What the shelf holds, and what was asked of it. */
export const shelf = {
  items: new Map<string, Buffer>(),
  opened: 0,
  open: [] as string[],
  lists: 0,
  described: 0,
  fetched: 0,
  tokens: new Set<string | undefined>(),
}

const find = (name: string): Buffer => {
  const item = shelf.items.get(name)
  if (item === undefined) throw new Failure('NOT_FOUND_UPSTREAM', `there is no ${name} on the shelf`)
  return item
}
const toItem = (name: string) => ({ name, path: name, directory: false, size: shelf.items.get(name)?.length ?? 0, metadata: { shelf: 'left' } })

/** A shelf with items for those who may connect. */
const shelfConnector: Connector = defineConnector({
  type: 'shelf',
  version: '1.0.0',
  title: 'Shelf',
  description: 'Has items.',
  configSchema: z.strictObject({ room: z.string().default('hall').describe('Where it stands.') }),
  secretSchema: z.strictObject({ token: z.string().optional().describe('Opens the door.') }),
  streams: async () => [{ name: 'items', kind: 'document' as const, incremental: false, deletes: 'none' as const }],
  connect: async (ctx) => {
    shelf.opened += 1
    shelf.open.push(ctx.sourceId)
    shelf.tokens.add(ctx.secrets.token)
    writeFileSync(path.join(ctx.workDir, 'note'), 'was here')
    return { [Symbol.asyncDispose]: async () => void shelf.open.splice(shelf.open.indexOf(ctx.sourceId), 1) }
  },
  check: async () => {
    if (!shelf.tokens.has(TOKEN)) throw new Failure('AUTH_FAILED', 'the door stays shut')
  },
  async *read(_connection, { stream }) {
    yield { records: [...shelf.items.keys()].map((key) => ({ stream, key, kind: 'document' as const, title: key, data: {} })) }
    return complete('the shelf is in memory')
  },
  browse: {
    async *list() {
      shelf.lists += 1
      yield [{ name: 'box', path: 'box/', directory: true }, ...[...shelf.items.keys()].map(toItem)]
    },
    metadata: async (_connection, name) => {
      shelf.described += 1
      if (name === 'box/') return { name: 'box', path: name, directory: true }
      find(name)
      return name === 'liar' ? { ...toItem(name), size: 1 } : toItem(name)
    },
    fetch: async (_connection, name) => {
      shelf.fetched += 1
      return Readable.from([find(name)])
    },
  },
})

/** As new; what is open stays open. */
export const fillShelf = (): void => {
  Object.assign(shelf, { opened: 0, lists: 0, described: 0, fetched: 0 })
  shelf.tokens.clear()
  shelf.items = new Map([
    ['a.txt', Buffer.from('alpha')],
    ['b.txt', Buffer.from('beta')],
  ])
}

export const shelfSource = (changes: object = {}) => ({ name: randomUUID(), connector: 'shelf', config: {}, runNow: false, ...changes })

export interface ShelfStack {
  readonly api: TestApi
  /** Where the worker has its working folders. */
  readonly workDir: string
  /** Answers the id. */
  register(changes?: object): Promise<string>
  change(id: string, json: object): Promise<Answer>
  browse(id: string, rest?: string): Promise<Answer>
  close(): Promise<void>
}

/** API, worker and scribe in this process, with a connector whose system is `shelf`. */
export const startShelf = async (): Promise<ShelfStack> => {
  const api = await startApi({ connectors: [shelfConnector] })
  const processes = await startProcesses({
    databaseUrl: api.store.url,
    keyring: api.keyring,
    overrides: { findConnector: () => shelfConnector, sweeping: { everyMs: 100, idleMs: 0 } },
  })
  return {
    api,
    workDir: processes.workDir,
    async register(changes = {}) {
      const answer = await api.post('/v1/sources', shelfSource(changes))
      if (answer.status !== 201) throw new Error(answer.text)
      return answer.body.id
    },
    change: (id, json) => api.patch(`/v1/sources/${id}`, json, { headers: { 'if-match': '*' } }),
    browse: (id, rest = '') => api.get(`/v1/sources/${id}/browse${rest}`),
    async close() {
      await processes.close()
      await api.close()
    },
  }
}
