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
    replacedAt: timestamp.nullable().meta({ description: 'When its content was last replaced; null: never.' }),
    sources: z
      .array(
        z.strictObject({
          id: uuid,
          slug: z.string(),
          state: z.enum(['waiting', 'read', 'failed']).meta({
            description: 'Whether its present content was read: `waiting`: not yet; `failed`: it was read, but cannot be used, see `problem`.',
          }),
          problem: z.string().nullable().meta({ description: 'The reason why the content cannot be used.' }),
        }),
      )
      .meta({ description: 'The sources whose live version reads it.' }),
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
    reasons: ['LIMIT_REACHED', 'EMPTY_FILE', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'DISK_FULL'],
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
  replaceUpload: defineEndpoint({
    method: 'put',
    path: '/v1/uploads/:id/content',
    scope: 'write',
    tag,
    summary: 'Replace the content of an upload',
    description:
      'Send the new file as for a new upload. The upload keeps its id, and its name unless another one is given; the next run of its sources stores what has changed and deletes the rows that are gone. A run that is reading it finishes with the old content. If the request fails, the old content stays; the same content again changes nothing.',
    params,
    query: z.strictObject({ name: fileName.optional().meta({ description: 'Its new file name.' }) }),
    rawBody: true,
    answers: { 200: { description: 'Replaced.', schema: upload } },
    reasons: ['LIMIT_REACHED', 'EMPTY_FILE', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'DISK_FULL'],
  }),
  deleteUpload: defineEndpoint({
    method: 'delete',
    path: '/v1/uploads/:id',
    scope: 'write',
    tag,
    summary: 'Delete an upload',
    description: 'A source that still names it deletes its records with the next run.',
    params,
    answers: { 204: { description: 'Deleted.' } },
  }),
} as const

export type UploadView = z.infer<typeof upload>
export type UploadPage = z.infer<typeof uploadPage>
