import { moment } from '@inlet/connector-sdk'
import { z } from 'zod'

const MiB = 1024 * 1024
const pattern = z.string().min(1).max(1024)
const path = z.string().min(1).max(200).optional()

const fieldsSchema = z
  .strictObject({
    time: path.describe('When the request was made: ISO 8601, `10/Oct/2000:13:55:36 -0700`, or a number since 1970.'),
    request: path.describe('The request line, e.g. `GET /a HTTP/1.1`.'),
    method: path.describe('The method.'),
    target: path.describe('Path with query, or a whole address.'),
    protocol: path.describe('The protocol, e.g. `HTTP/1.1`.'),
    status: path.describe('The status of the response.'),
    bytes: path.describe('Size of the response in bytes.'),
    duration: path.describe('How long the response took; see durationUnit.'),
    remoteAddress: path.describe('Address of the client.'),
    remoteUser: path.describe('Name of the user.'),
    host: path.describe('Host of the request.'),
    referrer: path.describe('The Referer header.'),
    userAgent: path.describe('The User-Agent header.'),
  })
  .describe(
    'Where JSON lines have each field, e.g. `{ "status": "response.code" }`; the names of nginx, Caddy, Traefik, Envoy, AWS, Google and ECS are known.',
  )

/** Settings of the `api_log` connector. Sizes are bytes. */
export const configSchema = z.strictObject({
  paths: z
    .array(pattern)
    .min(1)
    .max(100)
    .describe("Files, folders or globs (`*`, `?`, `[a-z]`, `{a,b}`, `**`) below one of the operator's allowed folders; plain or gzip."),
  exclude: z.array(pattern).max(100).default([]).describe('Globs of files to leave out, relative to the allowed folder, e.g. `**/error.log*`.'),
  recursive: z.boolean().default(true).describe('Whether a folder in `paths` is read with its subfolders. Links are never followed.'),
  rotated: z
    .boolean()
    .default(true)
    .describe('Whether the rotated generations of each file are read too: access.log.1, access.log.2.gz, access.log-20260131.'),
  format: z
    .enum(['auto', 'json', 'combined', 'common'])
    .default('auto')
    .describe('Format of the lines: JSON, Combined or Common Log Format; `auto` distinguishes them line by line.'),
  pattern: z
    .string()
    .min(3)
    .max(2000)
    .optional()
    .describe(
      'A format of your own, written like nginx\'s log_format: `$remote_addr [$time_local] "$request" $status $request_time`. Overrides `format`.',
    ),
  fields: fieldsSchema.default({}),
  durationUnit: z
    .enum(['auto', 's', 'ms', 'us', 'ns'])
    .default('auto')
    .describe('Unit of the duration; `auto` derives it from the name of the field, and assumes seconds for unknown names.'),
  extraFields: z
    .array(z.string().min(1).max(200))
    .max(50)
    .default([])
    .describe('Further fields of JSON lines to keep under `extra`, e.g. `trace.id`.'),
  status: z
    .array(z.union([z.int().min(100).max(999), z.string().min(3).max(11)]))
    .max(100)
    .default([])
    .describe('Statuses to keep: `404`, `4xx`, `500-599`. All when empty.'),
  methods: z.array(z.string().min(1).max(40)).max(40).default([]).describe('Methods to keep, e.g. `POST`. All when empty.'),
  endpoints: z
    .array(z.string().min(1).max(500))
    .max(200)
    .default([])
    .describe('Paths to keep, without query: `/api/v1/*`; `*` matches any characters, including slashes. All when empty.'),
  excludeEndpoints: z.array(z.string().min(1).max(500)).max(200).default([]).describe('Paths to leave out, e.g. `/health*`; overrides endpoints.'),
  since: moment.optional().describe('Leave out earlier requests, and files last written more than a day before.'),
  until: moment.optional().describe('Leave out requests at or after this time.'),
  folderInKey: z
    .boolean()
    .default(false)
    .describe('Whether the folder of a file is part of the identity of its lines: for logs of several servers in separate folders.'),
  maxLineBytes: z.int().min(200).max(MiB).default(65_536).describe('Longer lines go to quarantine.'),
  maxExpandedBytes: z
    .int()
    .min(1)
    .max(Number.MAX_SAFE_INTEGER)
    .default(10 * 1024 * MiB)
    .describe('Size a gzip file may expand to.'),
  maxExpansionRatio: z.int().min(2).max(1100).default(250).describe('How many times its size a gzip file may expand, once beyond 64 MiB.'),
})

export type LogConfig = z.infer<typeof configSchema>

export const secretSchema = z.strictObject({})
export type LogSecrets = z.infer<typeof secretSchema>
