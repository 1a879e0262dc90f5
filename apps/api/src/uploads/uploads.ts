import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Endpoints, fileName } from '@inlet/contract'
import { type Database, deleteUpload, findUpload, findUploadOwner, listUploads, replaceUpload, storeUpload, type UploadOverview } from '@inlet/db'
import { Failure } from '@inlet/domain'
import busboy from 'busboy'
import { z } from 'zod'
import { parseWith } from '../http/failures.js'
import { listName, type PageTokens, toPage } from '../http/page-token.js'
import { checkContentEncoding } from '../http/read-raw-body.js'
import type { Handler } from '../http/reply.js'
import type { Slots } from '../http/slots.js'
import type { Standing } from '../http/standing.js'
import { type LimitDeps, requireBytes, requireRoom, uploadRoom } from '../keys/key-limits.js'

interface UploadDeps extends LimitDeps {
  readonly database: Database
  readonly tokens: PageTokens
  readonly maxBytes: number
  /** By API key: one that sends slowly, or many at once, leaves room for others. */
  readonly slots: Slots
}

/** A sender that is silent for so long has gone. */
const IDLE_MS = 30_000

/** Stores a file as it arrives; after 201 it survives everything. */
const createUploadHandler =
  (deps: UploadDeps): Handler<Endpoints['createUpload']> =>
  async ({ query, actor, principal, standing, request }) => {
    request.setTimeout(IDLE_MS, () => request.destroy())
    const { bytesLeft } = await requireRoom(deps, 'uploads', actor)
    const maxBytes = Math.min(deps.maxBytes, bytesLeft)
    const release = deps.slots.take(principal?.id ?? '')
    try {
      const incoming = await readUpload(request, maxBytes)
      const name = parseWith(fileName, query.name ?? incoming.name ?? '', ['name'])
      const bytes = allowedBytes(incoming, standing)
      const room = (addedBytes: number) => uploadRoom(deps.limits, actor, { isNew: true, addedBytes })
      const id = await storeUpload(deps.database, { name, mediaType: incoming.mediaType, bytes, maxBytes, actor, room })
      return { status: 201, headers: { location: `/v1/uploads/${id}` }, body: await getUpload(deps, id) }
    } finally {
      release()
    }
  }

/** Takes a new content for an upload in the same way; it counts against the limit of the key that made the upload. */
const replaceUploadHandler =
  (deps: UploadDeps): Handler<Endpoints['replaceUpload']> =>
  async ({ params, query, actor, principal, standing, request }) => {
    request.setTimeout(IDLE_MS, () => request.destroy())
    const owner = await findUploadOwner(deps.database, params.id)
    if (owner === null) throw notFound()
    const { bytesLeft } = await requireBytes(deps, owner.createdBy ?? actor, owner.size)
    const maxBytes = Math.min(deps.maxBytes, bytesLeft)
    const release = deps.slots.take(principal?.id ?? '')
    try {
      const incoming = await readUpload(request, maxBytes)
      const given = query.name ?? incoming.name
      const name = given === null ? null : parseWith(fileName, given, ['name'])
      const bytes = allowedBytes(incoming, standing)
      const room = (addedBytes: number) => uploadRoom(deps.limits, owner.createdBy ?? actor, { isNew: false, addedBytes })
      await replaceUpload(deps.database, params.id, { name, mediaType: incoming.mediaType, bytes, maxBytes, actor, room })
      return { status: 200, body: await getUpload(deps, params.id) }
    } finally {
      release()
    }
  }

/** All bytes, unless the key was revoked while they came. */
async function* allowedBytes({ bytes }: IncomingUpload, standing: Standing): AsyncGenerator<Uint8Array> {
  yield* bytes
  await standing.renew()
}

const position = z.tuple([z.string(), z.string()])
const notFound = (): Failure => new Failure('NOT_FOUND', 'there is no such upload')

const listUploadsHandler =
  (deps: UploadDeps): Handler<Endpoints['listUploads']> =>
  async ({ query }) => {
    const list = listName('listUploads', {})
    const after = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, position)
    const rows = await listUploads(deps.database, { after: after === null ? null : { createdAt: after[0], id: after[1] }, limit: query.limit + 1 })
    return { status: 200, body: toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.createdAt.toISOString(), last.id])) }
  }

const getUploadHandler =
  (deps: UploadDeps): Handler<Endpoints['getUpload']> =>
  async ({ params }) => ({ status: 200, body: await getUpload(deps, params.id) })

const getUpload = async ({ database }: UploadDeps, id: string): Promise<UploadOverview> => {
  const upload = await findUpload(database, id)
  if (upload === null) throw notFound()
  return upload
}

const deleteUploadHandler =
  (deps: UploadDeps): Handler<Endpoints['deleteUpload']> =>
  async ({ params, actor }) => {
    if (!(await deleteUpload(deps.database, params.id, actor))) throw notFound()
    return { status: 204 }
  }

export const createUploadHandlers = (deps: UploadDeps) => ({
  createUpload: createUploadHandler(deps),
  listUploads: listUploadsHandler(deps),
  getUpload: getUploadHandler(deps),
  replaceUpload: replaceUploadHandler(deps),
  deleteUpload: deleteUploadHandler(deps),
})

interface IncomingUpload {
  /** As the sender wrote it; null when it gave none. */
  readonly name: string | null
  readonly mediaType: string | null
  /** Throws when the sender goes away half-way. */
  readonly bytes: AsyncIterable<Uint8Array>
}

/** The file of a request: the first file part of multipart/form-data, else the body itself. Throws UNSUPPORTED_MEDIA_TYPE, VALIDATION_FAILED, PAYLOAD_TOO_LARGE. */
const readUpload = async (request: IncomingMessage, maxBytes: number): Promise<IncomingUpload> => {
  checkContentEncoding(request.headers['content-encoding'])
  const announced = Number(request.headers['content-length'] ?? 0)
  // A form is a little larger than the file in it.
  if (announced > maxBytes + 65_536) throw new Failure('PAYLOAD_TOO_LARGE', `an upload may have at most ${maxBytes} bytes`)
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'multipart/form-data') return readForm(request)
  return { name: null, mediaType: type === '' || type === 'application/x-www-form-urlencoded' ? null : type, bytes: complete(request, request) }
}

const readForm = (request: IncomingMessage): Promise<IncomingUpload> =>
  new Promise((resolve, reject) => {
    let form: busboy.Busboy
    try {
      form = busboy({ headers: request.headers, defParamCharset: 'utf8', limits: { files: 1, fields: 20, fieldSize: 10_000, parts: 30 } })
    } catch (error) {
      reject(new Failure('VALIDATION_FAILED', 'the form cannot be read: its boundary is missing', { cause: error }))
      return
    }
    form.on('file', (_field, stream, info) => {
      // The reader sees the error as well; nobody may be reading any more.
      stream.on('error', () => {})
      resolve({ name: info.filename ?? null, mediaType: info.mimeType, bytes: complete(stream, request) })
    })
    form.on('close', () => reject(new Failure('VALIDATION_FAILED', 'the form has no file', { field: 'file' })))
    pipeline(request, form).catch((error: unknown) => reject(incomplete(error)))
  })

/** The pieces of a stream; a sender that went away is an incomplete upload, not a short one. */
async function* complete(stream: Readable, request: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    // Not destroyed when it is too large: the caller must be able to read the refusal.
    for await (const piece of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) yield piece
  } catch (error) {
    throw incomplete(error)
  }
  if (!request.complete && request.destroyed) throw incomplete(undefined)
}

const incomplete = (cause: unknown): Failure => new Failure('VALIDATION_FAILED', 'the upload ended before it was complete', { cause })
