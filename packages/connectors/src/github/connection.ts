import type { Connection, ConnectorContext } from '@inlet/connector-sdk'
import { createGithubApi, type GithubApi } from './api/github-api.js'
import type { GithubConfig, GithubSecrets } from './config.js'
import { type Catalog, readCatalog } from './repositories/catalog.js'
import { parseMark, type RepositoryMark } from './repositories/repository-mark.js'
import { selectionOf } from './repositories/selection.js'
import { type Feed, REPOSITORIES } from './streams.js'

/** What this run has learned about a repository. */
export interface Learned {
  head?: string
  readonly etags: Map<Feed, string | undefined>
}

export interface GithubConnection extends Connection {
  readonly ctx: ConnectorContext<GithubConfig, GithubSecrets>
  readonly api: GithubApi
  /** Returns the repositories of the run; read once. */
  catalog(signal: AbortSignal): Promise<Catalog>
  /** Resets what was learned, when a new run begins. */
  forget(): void
  learned(id: number): Learned
  /** Returns a signal that also aborts when the connection closes. */
  signal(signal: AbortSignal): AbortSignal
}

export const openConnection = (ctx: ConnectorContext<GithubConfig, GithubSecrets>): GithubConnection => {
  const closed = new AbortController()
  const api = createGithubApi(ctx)
  const selection = selectionOf(ctx.config)
  const run: { catalog?: Catalog; learned: Map<number, Learned> } = { learned: new Map() }
  return {
    ctx,
    api,
    async catalog(signal) {
      run.catalog ??= await readCatalog({ api, selection, known: await knownMarks(ctx), signal })
      return run.catalog
    },
    forget() {
      delete run.catalog
      run.learned.clear()
    },
    learned(id) {
      let found = run.learned.get(id)
      if (found === undefined) run.learned.set(id, (found = { etags: new Map() }))
      return found
    },
    signal: (signal) => AbortSignal.any([signal, ctx.signal, closed.signal]),
    [Symbol.asyncDispose]: () => {
      closed.abort()
      return Promise.resolve()
    },
  }
}

const knownMarks = async (ctx: ConnectorContext<GithubConfig, GithubSecrets>): Promise<readonly RepositoryMark[]> => {
  const marks: RepositoryMark[] = []
  for await (const { validator } of ctx.known.entries(REPOSITORIES)) {
    const mark = parseMark(validator)
    if (mark !== null) marks.push(mark)
  }
  return marks
}
