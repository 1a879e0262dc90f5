import { type Endpoints, fileName } from '@inlet/contract'
import { type Database, deleteUpload, findUpload, listUploads, storeUpload } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Semaphore } from '@inlet/runtime'
import { z } from 'zod'
import { parseWith } from '../http/invalid-request.js'
import { listName, type PageTokens, toPage } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { type LimitDeps, requireRoom } from '../keys/key-limits.js'
import { readUpload } from './read-upload.js'

interface UploadDeps extends LimitDeps {
  readonly database: Database
  readonly tokens: PageTokens
  readonly maxBytes: number
  /** How many uploads are stored at a time. */
  readonly slots: Semaphore
}

/** A sender that is silent for so long has gone. */
const SILENCE_MS = 30_000

/** Stores a file as it arrives; after 201 it survives everything. */
const createUploadHandler =
  (deps: UploadDeps): Handler<Endpoints['createUpload']> =>
  async ({ query, actor, request }) => {
    request.setTimeout(SILENCE_MS, () => request.destroy())
    const { bytesLeft } = await requireRoom(deps, 'uploads', actor)
    const maxBytes = Math.min(deps.maxBytes, bytesLeft)
    // Each upload holds a database connection while its bytes arrive.
    const release = await deps.slots.acquire()
    try {
      const incoming = await readUpload(request, maxBytes)
      const name = parseWith(fileName, query.name ?? incoming.name ?? '', ['name'])
      const upload = await storeUpload(deps.database, { name, mediaType: incoming.mediaType, bytes: incoming.bytes, maxBytes, actor })
      return { status: 201, headers: { location: `/v1/uploads/${upload.id}` }, body: upload }
    } finally {
      release()
    }
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
  async ({ params }) => {
    const upload = await findUpload(deps.database, params.id)
    if (upload === null) throw notFound()
    return { status: 200, body: upload }
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
  deleteUpload: deleteUploadHandler(deps),
})
