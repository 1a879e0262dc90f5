import { canonicalJson, createPaginator, Failure, type PagePosition } from '@inlet/connector-sdk'
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
  /** The page token to begin with. */
  readonly token: string | null
  readonly signal: AbortSignal
  /** Asked after each answer: parameters with which the list is to begin anew instead of going on to the next page. */
  readonly raise?: () => Readonly<Record<string, string>> | null
}

/** One answer of a list. */
export interface ListPage {
  readonly items: readonly unknown[]
  readonly body: unknown
  readonly dateHeader: string | undefined
  /** The address the records came from, for relative links. */
  readonly url: string
  readonly nextToken: string | null
}

/** Reads a list answer by answer. Throws the failures of {@link send}, `toItems` and the paginator. */
export async function* readList(connection: ApiConnection, options: ListOptions): AsyncGenerator<ListPage, void, void> {
  const { stream, signal } = options
  const { config, now } = connection.ctx
  const paginator = createPaginator(stream.pagination)
  let { params } = options
  let position: PagePosition | null = { ...paginator.start, token: options.token }
  while (position !== null) {
    const current: PagePosition = position
    const isAnswer = (status: number) => paginator.isEnd(current, status)
    const parts = { auth: connection.auth, perMinute: config.requestsPerMinute, retries: config.retries, now, signal, isAnswer }
    const answer = await send(buildRequest(config, { ...options, params }, paginator.params(current)), parts).catch((error: unknown) => {
      throw expiredToken(error, options.token !== null && current.token === options.token)
    })
    if (isAnswer(answer.status)) return
    const items = toItems(answer.body, stream)
    const next: PagePosition | null = paginator.next(current, { ...answer, count: items.length, mark: markOf(items, current.page) })
    yield { items, body: answer.body, dateHeader: answer.headers['date'], url: withoutQuery(answer.url), nextToken: next?.token ?? null }
    const raised: ListOptions['params'] | null = next === null ? null : (options.raise?.() ?? null)
    if (raised === null) position = next
    else {
      params = raised
      position = { ...paginator.start, page: current.page + 1 }
    }
  }
}

/** Change feeds answer 410 when a token is too old to go on from. */
const expiredToken = (error: unknown, isStored: boolean): unknown => {
  const isGone = isStored && error instanceof Failure && error.reason === 'NOT_FOUND_UPSTREAM' && error.message.endsWith('410')
  return isGone ? new Failure('CURSOR_INVALID', 'the API does not know the saved page token any more', { cause: error }) : error
}

/** Equal for answers that show the same records: count, first and last are enough, since keys differ within a list. */
const markOf = (items: readonly unknown[], page: number): string => {
  if (items.length === 0) return `empty ${page}`
  try {
    return `${items.length}:${canonicalJson([items[0] ?? null, items.at(-1) ?? null])}`
  } catch {
    // A record that cannot be written is for quarantine, not a reason to stop here.
    return `unwritable ${page}`
  }
}

/** The query may hold a key. */
const withoutQuery = (url: string): string => {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
