import type { SourceRecord } from '@inlet/connector-sdk'
import { type ApiResponse, type Query, toSearch } from '../api/github-api.js'
import type { Item } from '../api/items.js'
import type { GithubConnection } from '../connection.js'
import { markOf } from '../cursor/since-position.js'
import type { Repository } from '../repositories/catalog.js'
import type { Feed } from '../streams.js'

/** A list of a repository, such as its issues. */
export interface ListSpec {
  readonly feed: Feed
  readonly path: string
  /** Besides paging and bounds. */
  readonly query: Query
  /** The field that the list is sorted and bounded by. */
  readonly timeField: 'updated_at' | 'created_at'
  /** Turns the items of one page into records. */
  toRecords(items: readonly Item[]): readonly SourceRecord[] | Promise<readonly SourceRecord[]>
}

export interface ListReading {
  readonly connection: GithubConnection
  readonly repository: Repository
  readonly signal: AbortSignal
}

/** Requests the first page of a list, conditionally if the cursor's mark says that the known response is stored completely. */
export const askForList = async (
  { connection, repository, signal }: ListReading,
  { feed, path, query, mark }: { readonly feed: Feed; readonly path: string; readonly query: Query; readonly mark: string },
): Promise<ApiResponse | null> => {
  const known = repository.known?.feeds[feed]
  const trusted = mark !== '' && markOf(path + toSearch(query), known) === mark
  return connection.api.getChanged({ path, query, etag: trusted ? known : undefined, signal })
}

/** Remembers the ETag of a list whose items have all been read, and returns its mark. */
export const rememberList = (
  { connection, repository }: ListReading,
  { feed, path, query, etag }: { readonly feed: Feed; readonly path: string; readonly query: Query; readonly etag: string | undefined },
): string => {
  connection.learned(repository.id).etags.set(feed, etag)
  return markOf(path + toSearch(query), etag)
}

/** Returns `config.since` in seconds; 0 if it is not set. */
export const startSeconds = (connection: GithubConnection): number => {
  const { since } = connection.ctx.config
  return since === undefined ? 0 : Math.floor(Date.parse(since) / 1000)
}

export const isoSeconds = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
