import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Endpoints } from '@inlet/contract'
import { type BrowseTarget, findBrowsed, readContent } from '@inlet/db'
import type { Response } from 'express'
import { z } from 'zod'
import { closeSignal, type Handler } from '../http/reply.js'
import { askSource } from './ask-source.js'
import type { BrowseDeps } from './browse-deps.js'
import { matchesEtag, parseRange } from './byte-range.js'
import { contentHeaders } from './content-headers.js'
import { findBrowsable } from './find-browsable.js'

/** The worker has 60 s. */
const TIMEOUT_MS = 65_000

const contentSchema = z.object({ name: z.string(), mediaType: z.string(), size: z.int(), sha256: z.string() })
const fetchedSchema = contentSchema.extend({ id: z.uuid() })

interface Content extends z.output<typeof fetchedSchema> {
  readonly state: 'hit' | 'miss' | 'refreshed'
}

export const fetchItemHandler =
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

/** The kept content, or what a worker brings now. */
const findContent = async (
  deps: BrowseDeps,
  target: BrowseTarget,
  { path, refresh }: { readonly path: string; readonly refresh: boolean },
  response: Response,
): Promise<Content> => {
  const question = { sourceId: target.id, view: 'content', of: [path], stamp: target.stamp } as const
  const kept = refresh ? null : await findBrowsed<z.output<typeof contentSchema>>(deps.database, question)
  if (kept !== null) return { ...contentSchema.parse(kept.answer), id: kept.id, state: 'hit' }
  const signal = closeSignal(response)
  const release = await deps.slots.acquire(signal)
  try {
    const { ttlSeconds, maxBytes } = deps
    const request = { kind: 'fetch', params: { path, stamp: target.stamp, ttlSeconds, maxBytes } } as const
    const patient = { ...deps, callTimeoutMs: deps.callTimeoutMs ?? TIMEOUT_MS }
    return { ...fetchedSchema.parse(await askSource(patient, target, request, signal)), state: refresh ? 'refreshed' : 'miss' }
  } finally {
    release()
  }
}

/** A client that goes away ends it; what cannot be read to its end cuts the connection, since its length is promised already. */
const send = async (bytes: AsyncGenerator<Buffer>, response: Response): Promise<void> => {
  try {
    await pipeline(Readable.from(bytes, { objectMode: false }), response)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
}
