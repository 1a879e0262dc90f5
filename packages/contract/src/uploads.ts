import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { pageOf, pageQuery, timestamp, uuid, visible } from './primitives.js'

export const upload = z
  .strictObject({
    id: uuid,
    name: z.string(),
    size: z.int().meta({ description: 'Bytes.' }),
    sha256: z.string(),
    mediaType: z.string().nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'Upload', description: 'An accepted file; sources of type file can read it.' })
export const uploadPage = pageOf(upload, 'UploadPage')

const tag = 'uploads'
const params = z.strictObject({ id: uuid })

export const fileName = visible(z.string().min(1).max(255)).refine(
  (text) => !/[/\\]/.test(text) && text !== '.' && text !== '..',
  'must be a plain file name',
)

export const uploadEndpoints = {
  createUpload: defineEndpoint({
    method: 'post',
    path: '/v1/uploads',
    scope: 'write',
    tag,
    summary: 'Upload a file',
    description: 'Either multipart/form-data with one part `file`, or the bytes as the body and the name in the query. Durable once answered.',
    query: z.strictObject({ name: fileName.optional().meta({ description: 'The file name; required with a raw body.' }) }),
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
    summary: 'Get an upload (its description, not its bytes)',
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
    answers: { 204: { description: 'Gone.' } },
  }),
} as const

export type UploadView = z.infer<typeof upload>
export type UploadPage = z.infer<typeof uploadPage>
