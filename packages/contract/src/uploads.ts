import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { pageOf, pageQuery, timestamp, uuid, visible } from './primitives.js'

export const upload = z
  .strictObject({
    id: uuid,
    name: z.string(),
    size: z.int().meta({ description: 'Size in bytes.' }),
    sha256: z.string(),
    mediaType: z.string().nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'Upload', description: 'An uploaded file, which sources with the connector `file` can read.' })
export const uploadPage = pageOf(upload, 'UploadPage')

const tag = 'uploads'
const params = z.strictObject({ id: uuid })

export const fileName = visible(z.string().min(1).max(255)).refine(
  (text) => !/[/\\]/.test(text) && !['', '.', '..'].includes(text.trim()),
  'must be a plain file name',
)

export const uploadEndpoints = {
  createUpload: defineEndpoint({
    method: 'post',
    path: '/v1/uploads',
    scope: 'write',
    tag,
    summary: 'Upload a file',
    description:
      'Send multipart/form-data with one part named `file`, or the bytes as the body with the name in the query. The file is stored durably once the request is answered.',
    query: z.strictObject({ name: fileName.optional().meta({ description: 'The file name. Required if the bytes are the body.' }) }),
    rawBody: true,
    answers: { 201: { description: 'Stored; Location is set.', schema: upload } },
    reasons: ['LIMIT_REACHED', 'EMPTY_FILE', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'],
  }),
  listUploads: defineEndpoint({
    method: 'get',
    path: '/v1/uploads',
    scope: 'read',
    tag,
    summary: 'List uploads, newest first',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page.', schema: uploadPage } },
    reasons: ['INVALID_CURSOR'],
  }),
  getUpload: defineEndpoint({
    method: 'get',
    path: '/v1/uploads/:id',
    scope: 'read',
    tag,
    summary: 'Get the metadata of an upload',
    params,
    answers: { 200: { description: 'The upload.', schema: upload } },
  }),
  deleteUpload: defineEndpoint({
    method: 'delete',
    path: '/v1/uploads/:id',
    scope: 'write',
    tag,
    summary: 'Delete an upload',
    params,
    answers: { 204: { description: 'Deleted.' } },
  }),
} as const

export type UploadView = z.infer<typeof upload>
export type UploadPage = z.infer<typeof uploadPage>
