import { z } from 'zod'
import { blobShape } from '../blobs/settings.js'

/** Settings of the `s3` connector. */
export const configSchema = z.strictObject({
  bucket: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/, 'is not a name of a bucket')
    .describe('Name of the bucket.'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,50}$/, 'is not a name of a region')
    .default('us-east-1')
    .describe('Region of the bucket, e.g. `eu-central-1`; compatible stores often accept any, or `auto`.'),
  endpoint: z
    .string()
    .max(2000)
    .optional()
    .describe('Address of a compatible store, e.g. `https://minio.example.com`; none: Amazon S3 in the region.'),
  pathStyle: z
    .boolean()
    .optional()
    .describe('Whether the bucket is in the path instead of the host name. Default: true with an endpoint, or if the name of the bucket has a dot.'),
  ...blobShape,
})

export type S3Config = z.infer<typeof configSchema>

const secret = z.string().min(1).max(5000)

/** For forms: asked for together, if at all. */
const withKey = { 'x-way': 'Access key' }

/** Both keys, or none for a public bucket. */
export const secretSchema = z.strictObject({
  accessKeyId: secret.optional().describe('Id of the access key; none, with no other secret, for a public bucket.').meta(withKey),
  secretAccessKey: secret.optional().describe('The secret access key.').meta(withKey),
  sessionToken: secret.optional().describe('Session token of temporary keys.').meta(withKey),
})

export type S3Secrets = z.infer<typeof secretSchema>
