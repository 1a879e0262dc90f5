import { type Connection, type ConnectorContext, Failure } from '@inlet/connector-sdk'
import type { MessagesPage, SlackUser } from './api/shapes.js'
import { createSlackApi, type SlackApi } from './api/slack-api.js'
import type { SlackConfig, SlackSecrets } from './config.js'
import { type Catalog, listUsers, nameOf, readCatalog } from './directory/catalog.js'

export interface SlackConnection extends Connection {
  readonly ctx: ConnectorContext<SlackConfig, SlackSecrets>
  readonly api: SlackApi
  /** Returns the channels of the run; read once. */
  catalog(signal: AbortSignal): Promise<Catalog>
  /** Returns people's names by id; empty, with a warning, where the app may not see people. */
  people(signal: AbortSignal): Promise<ReadonlyMap<string, string>>
  remember(users: readonly SlackUser[]): void
  /** Marks all people as remembered. */
  rememberedAll(): void
  /** Pages of history that this run has fetched: messages, threads and reactions come from the same pages. */
  readonly pages: PageCache
  /** Resets what was learned, when a new run begins. */
  forget(): void
  /** Returns a signal that also aborts when the connection closes. */
  signal(signal: AbortSignal): AbortSignal
}

export interface PageCache {
  get(key: string): MessagesPage | undefined
  set(key: string, page: MessagesPage): void
  clear(): void
}

const MAX_CACHED_CHARS = 8 * 1024 * 1024

export const openConnection = (ctx: ConnectorContext<SlackConfig, SlackSecrets>): SlackConnection => {
  const closed = new AbortController()
  const api = createSlackApi(ctx)
  const run: { catalog?: Catalog; complete: boolean; readonly names: Map<string, string> } = { complete: false, names: new Map() }
  const remember = (users: readonly SlackUser[]): void => {
    for (const user of users) run.names.set(user.id, nameOf(user))
  }
  const pages = createPageCache()
  return {
    ctx,
    api,
    pages,
    remember,
    rememberedAll: () => void (run.complete = true),
    async catalog(signal) {
      run.catalog ??= await readCatalog(api, ctx.config, signal)
      return run.catalog
    },
    async people(signal) {
      if (run.complete) return run.names
      try {
        for await (const users of listUsers(api, signal)) remember(users)
      } catch (thrown) {
        if (!(thrown instanceof Failure) || thrown.reason !== 'PERMISSION_DENIED') throw thrown
        ctx.log.warn({ reason: thrown.reason }, 'people are named by id: the app lacks the scope users:read')
      }
      run.complete = true
      return run.names
    },
    forget() {
      delete run.catalog
      run.complete = false
      run.names.clear()
      pages.clear()
    },
    signal: (signal) => AbortSignal.any([signal, ctx.signal, closed.signal]),
    [Symbol.asyncDispose]: () => {
      closed.abort()
      return Promise.resolve()
    },
  }
}

/** Keeps the first pages it is given, up to a bound: those are requested again first. */
const createPageCache = (): PageCache => {
  const cached = new Map<string, MessagesPage>()
  let chars = 0
  return {
    get: (key) => cached.get(key),
    set(key, page) {
      if (chars > MAX_CACHED_CHARS) return
      chars += JSON.stringify(page.messages).length
      cached.set(key, page)
    },
    clear() {
      cached.clear()
      chars = 0
    },
  }
}
