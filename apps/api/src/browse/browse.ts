import { setMaxListeners } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Connector } from '@inlet/connector-sdk'
import { CALLS, type CallAnswer, type CallParamsInput, type Endpoints } from '@inlet/contract'
import {
  type BrowsedItem,
  type BrowseQuestion,
  type BrowseTarget,
  cacheBrowsed,
  findBrowsed,
  findBrowseTarget,
  forgetBrowsed,
  readContent,
} from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Semaphore } from '@inlet/runtime'
import type { Response } from 'express'
import type { z } from 'zod'
import { askWorker, type CallDeps } from '../calls/ask-worker.js'
import { closeSignal, type Handler, matchesEtag } from '../http/reply.js'
import { getSourceId, unknownSource } from '../source-access/lookup.js'

export interface BrowseDeps extends CallDeps {
  readonly findConnector: (type: string) => Connector | undefined
  /** How long answers are cached; 0: not at all. */
  readonly ttlSeconds: number
  /** The largest item that may be fetched. */
  readonly maxBytes: number
  /** Limits how many items are fetched concurrently. */
  readonly slots: Semaphore
}

/** Returns a source whose connector can be browsed. Throws NOT_FOUND, NOT_BROWSABLE. */
const findBrowsable = async ({ database, findConnector }: BrowseDeps, ref: string): Promise<BrowseTarget> => {
  const target = await findBrowseTarget(database, ref)
  if (target === null) throw await unknownSource({ database }, ref)
  const { connector } = target
  if (findConnector(connector)?.browse === undefined) throw new Failure('NOT_BROWSABLE', `the connector ${connector} has no paths`)
  return target
}

/** Has a worker ask the source. Throws the source's failure; what the source does not have is NOT_FOUND. */
const askSource = async <K extends 'browse' | 'metadata' | 'fetch'>(
  deps: BrowseDeps,
  { id, connector, config }: BrowseTarget,
  { kind, params }: { readonly kind: K; readonly params: CallParamsInput<K> },
  signal: AbortSignal,
): Promise<CallAnswer<K>> => {
  const outcome = await askWorker(deps, kind, { connector, config, sourceId: id, params }, signal)
  if (outcome.ok) return outcome.answer
  const { reason, message, next } = outcome.failure
  if (reason === 'NOT_FOUND_UPSTREAM')
    throw new Failure('NOT_FOUND', message, { next: 'List the folder above it; the system answers that it does not exist.' })
  throw new Failure(reason, message, { next })
}

const browseSourceHandler =
  (deps: BrowseDeps): Handler<Endpoints['browseSource']> =>
  async ({ params, query, response }) => {
    const target = await findBrowsable(deps, params.id)
    const { path = '', limit, refresh } = query
    const question = { sourceId: target.id, view: 'list', of: [path, limit], stamp: target.stamp } as const
    const ask = () => askSource(deps, target, { kind: 'browse', params: { path, limit } }, closeSignal(response))
    const { answer, cache } = await cacheAnswer(deps, question, { refresh, ask })
    return { status: 200, body: { ...answer, cache: toCacheView(cache) } }
  }

const describeItemHandler =
  (deps: BrowseDeps): Handler<Endpoints['describeItem']> =>
  async ({ params, query, response }) => {
    const target = await findBrowsable(deps, params.id)
    const { path, refresh } = query
    const question = { sourceId: target.id, view: 'metadata', of: [path], stamp: target.stamp } as const
    const ask = () => askSource(deps, target, { kind: 'metadata', params: { path } }, closeSignal(response))
    const { answer, cache } = await cacheAnswer(deps, question, { refresh, ask })
    return { status: 200, body: { ...answer, cache: toCacheView(cache) } }
  }

const forgetBrowsedHandler =
  (deps: BrowseDeps): Handler<Endpoints['forgetBrowsed']> =>
  async ({ params }) => {
    const id = await getSourceId(deps, params.id)
    return { status: 200, body: { forgotten: await forgetBrowsed(deps.database, id) } }
  }

export const createBrowseHandlers = (deps: BrowseDeps) => ({
  browseSource: browseSourceHandler(deps),
  describeItem: describeItemHandler(deps),
  fetchItem: fetchItemHandler(deps),
  forgetBrowsed: forgetBrowsedHandler(deps),
})

/** Content from another system: always a download in browsers, and never code of this origin. */
const contentHeaders = (content: { readonly name: string; readonly mediaType: string }): Record<string, string> => ({
  'content-type': content.mediaType,
  'content-disposition': toDisposition(content.name),
  'content-security-policy': "sandbox; default-src 'none'",
  'x-content-type-options': 'nosniff',
  'accept-ranges': 'bytes',
  'cache-control': 'private, no-cache',
})

/** RFC 6266: a plain name for old clients, the real one in UTF-8. */
const toDisposition = (name: string): string => {
  const plain = name.replaceAll(/[^\w .()-]/g, '_')
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}

/** The worker has 60 s. */
const TIMEOUT_MS = 65_000

const contentSchema = CALLS.fetch.answer.omit({ id: true })

interface Content extends CallAnswer<'fetch'> {
  readonly state: 'hit' | 'miss' | 'refreshed'
}

const fetchItemHandler =
  (deps: BrowseDeps): Handler<Endpoints['fetchItem']> =>
  async ({ params, query, request, response }) => {
    const target = await findBrowsable(deps, params.id)
    const content = await findContent(deps, target, query, response)
    const etag = `"${content.sha256}"`
    const headers = { ...contentHeaders(content), etag, 'x-inlet-cache': content.state }
    if (matchesEtag(request.get('if-none-match'), etag)) return { status: 304, headers }
    const wanted = [undefined, etag].includes(request.get('if-range')) ? parseRange(request.get('range'), content.size) : null
    if (wanted === 'unsatisfiable') return { status: 416, headers: { 'content-range': `bytes */${content.size}` } }
    const { start, end } = wanted ?? { start: 0, end: content.size }
    response.status(wanted === null ? 200 : 206).set({ ...headers, 'content-length': String(end - start) })
    if (wanted !== null) response.set('content-range', `bytes ${start}-${end - 1}/${content.size}`)
    if (request.method === 'HEAD') response.end()
    else await send(readContent(deps.database, content.id, { start, end }), response)
    return null
  }

/** Returns the cached content, or has a worker fetch it. */
const findContent = async (
  deps: BrowseDeps,
  target: BrowseTarget,
  { path, refresh }: { readonly path: string; readonly refresh: boolean },
  response: Response,
): Promise<Content> => {
  const question = { sourceId: target.id, view: 'content', of: [path], stamp: target.stamp } as const
  const cached = refresh ? null : await findBrowsed<z.output<typeof contentSchema>>(deps.database, question)
  if (cached !== null) return { ...contentSchema.parse(cached.answer), id: cached.id, state: 'hit' }
  const signal = closeSignal(response)
  const release = await deps.slots.acquire(signal)
  try {
    const { ttlSeconds, maxBytes } = deps
    const request = { kind: 'fetch', params: { path, stamp: target.stamp, ttlSeconds, maxBytes } } as const
    const withLimit = { ...deps, callTimeoutMs: deps.callTimeoutMs ?? TIMEOUT_MS }
    return { ...(await askSource(withLimit, target, request, signal)), state: refresh ? 'refreshed' : 'miss' }
  } finally {
    release()
  }
}

/** Sends content; ends when the client disconnects. A failure while reading cuts the connection, since the length was already sent. */
const send = async (bytes: AsyncGenerator<Buffer>, response: Response): Promise<void> => {
  // The middlewares and the pipeline all listen for its end: more listeners than Node considers normal.
  setMaxListeners(0, response)
  try {
    await pipeline(Readable.from(bytes, { objectMode: false }), response)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
}

interface CacheState {
  readonly state: 'hit' | 'miss' | 'refreshed'
  readonly fetchedAt: Date
  readonly expiresAt: Date
}

const toCacheView = ({ state, fetchedAt, expiresAt }: CacheState) => ({
  state,
  fetchedAt: fetchedAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
})

/** Returns the cached answer, or asks the source and caches its answer. Failures are not cached. */
const cacheAnswer = async <Answer>(
  { database, ttlSeconds }: BrowseDeps,
  question: BrowseQuestion,
  { refresh, ask }: { readonly refresh: boolean; readonly ask: () => Promise<Answer> },
): Promise<{ readonly answer: Answer; readonly cache: CacheState }> => {
  const cached = refresh ? null : await findBrowsed<Answer>(database, question)
  if (cached !== null) return { answer: cached.answer, cache: toState('hit', cached) }
  const answer = await ask()
  const now = new Date()
  const stored = ttlSeconds === 0 ? null : await cacheBrowsed(database, question, { answer, ttlSeconds })
  return { answer, cache: toState(refresh ? 'refreshed' : 'miss', stored ?? { fetchedAt: now, expiresAt: now }) }
}

const toState = (state: CacheState['state'], { fetchedAt, expiresAt }: Pick<BrowsedItem<unknown>, 'fetchedAt' | 'expiresAt'>): CacheState => ({
  state,
  fetchedAt,
  expiresAt,
})

interface ByteRange {
  /** The first byte. */
  readonly start: number
  /** The byte after the last one. */
  readonly end: number
}

/**
 * Returns the single range of a Range header (RFC 9110, 14.1) within `size` bytes; null if there is none that must be honored (no header, another
 * unit, several ranges), 'unsatisfiable' if it lies outside.
 */
export const parseRange = (header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null => {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  if (match === null || match[0] === 'bytes=-') return null
  const [, first = '', last = ''] = match
  if (first === '') return last === '0' || size === 0 ? 'unsatisfiable' : within(size - Number(last), size, size)
  if (last !== '' && Number(last) < Number(first)) return null
  return Number(first) >= size ? 'unsatisfiable' : within(Number(first), last === '' ? size : Number(last) + 1, size)
}

const within = (start: number, end: number, size: number): ByteRange => ({ start: Math.max(0, start), end: Math.min(end, size) })
