import type { Endpoints } from '@inlet/contract'
import { deleteUpload, findUpload, listUploads } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { z } from 'zod'
import { listName } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { toPage } from '../http/to-page.js'
import { createUploadHandler } from './create-upload.js'
import type { UploadDeps } from './upload-deps.js'

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
