import {
  canonicalJson,
  complete,
  createPaginator,
  Failure,
  incomplete,
  type PagePosition,
  type PageResponse,
  type ReadEnd,
} from '@inlet/connector-sdk'
import type { StreamConfig } from '../config.js'
import type { ApiConnection } from '../connection.js'
import { buildRequest } from '../request/build-request.js'
import { send } from '../request/send.js'
import type { Parents } from '../request/template.js'
import { toItems } from './to-items.js'

export interface ListOptions {
  readonly stream: StreamConfig
  readonly parents: Parents
  readonly params: Readonly<Record<string, string>>
  /** The page token to start with. */
  readonly token: string | null
  readonly signal: AbortSignal
  /** Called after each response: returns parameters with which the list restarts instead of continuing with the next page. */
  readonly raise?: () => Readonly<Record<string, string>> | null
}

/** One response of a list. */
export interface ListPage {
  readonly items: readonly unknown[]
  readonly body: unknown
  readonly dateHeader: string | undefined
  /** The URL the records came from, for relative links. */
  readonly url: string
  readonly nextToken: string | null
  /** Why the records may not be all that the response stands for. */
  readonly doubt: string | null
}

/**
 * Reads a list response by response, and returns whether it was complete. Throws the failures of {@link send}, `toItems` and the
 * paginator; yields what a response contains before finding out that the list cannot be continued.
 */
export async function* readList(connection: ApiConnection, options: ListOptions): AsyncGenerator<ListPage, ReadEnd, void> {
  const { stream, signal } = options
  const { config, now } = connection.ctx
  const paginator = createPaginator(stream.pagination)
  let { params } = options
  let position: PagePosition = { ...paginator.start, token: options.token }
  let doubt: string | null = null
  for (;;) {
    const current: PagePosition = position
    const isResponse = (status: number) => paginator.isEnd(current, status)
    const parts = { auth: connection.auth, perMinute: config.requestsPerMinute, retries: config.retries, now, signal, isResponse }
    const answer = await send(buildRequest(config, { ...options, params }, paginator.params(current)), parts).catch((error: unknown) => {
      throw expiredToken(error, options.token !== null && current.token === options.token)
    })
    if (isResponse(answer.status)) return doubt === null ? paginator.end(current, { ...answer, count: 0, mark: '' }) : incomplete(doubt)
    const found = toItems(answer.body, stream)
    doubt ??= found.doubt
    const { items } = found
    const seen: PageResponse = { ...answer, count: items.length, mark: markOf(items, current.page) }
    const next = attempt(() => paginator.next(current, seen))
    const nextToken = next instanceof Failure ? null : (next?.token ?? null)
    yield { items, body: answer.body, dateHeader: answer.headers['date'], url: withoutQuery(answer.url), nextToken, doubt: found.doubt }
    if (next instanceof Failure) throw next
    if (next === null) {
      if (doubt !== null) return incomplete(doubt)
      return stream.shape === 'object' ? complete('one record was asked for') : paginator.end(current, seen)
    }
    const raised: ListOptions['params'] | null = options.raise?.() ?? null
    if (raised === null) position = next
    else {
      params = raised
      position = { ...paginator.start, page: current.page + 1 }
    }
  }
}

const attempt = (step: () => PagePosition | null): PagePosition | Failure | null => {
  try {
    return step()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** Change feeds answer 410 when a token is too old to continue from. */
const expiredToken = (error: unknown, isStored: boolean): unknown => {
  const isGone = isStored && error instanceof Failure && error.reason === 'NOT_FOUND_UPSTREAM' && error.message.endsWith('410')
  return isGone ? new Failure('CURSOR_INVALID', 'the API no longer knows the saved page token', { cause: error }) : error
}

/** Equal for responses with the same records: count, first and last suffice, because keys differ within a list. */
const markOf = (items: readonly unknown[], page: number): string => {
  if (items.length === 0) return `empty ${page}`
  try {
    return `${items.length}:${canonicalJson([items[0] ?? null, items.at(-1) ?? null])}`
  } catch {
    // A record that cannot be serialized belongs in quarantine; it is no reason to stop here.
    return `unwritable ${page}`
  }
}

/** The query may contain a key. */
const withoutQuery = (url: string): string => {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
