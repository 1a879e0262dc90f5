import { authSchema, authSecretsSchema, paginationSchema } from '@inlet/connector-sdk'
import { z } from 'zod'

const path = z.string().max(500)
const scalar = z.union([z.string().max(4_000), z.number(), z.boolean()])
const headers = z.record(z.string().min(1).max(100), z.string().max(4_000))
const query = z.record(z.string().min(1).max(200), z.union([scalar, z.array(scalar).max(100)]))

const incrementalSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('field').describe('The cursor is the greatest value of a field of the records'),
    cursorField: path.min(1).describe('Path of the field, e.g. updatedAt'),
    param: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Query parameter that asks for records from the cursor on; without it, all pages are read and old records left out'),
    format: z
      .enum(['iso', 'isoSeconds', 'date', 'epochSeconds', 'epochMillis', 'asIs'])
      .default('iso')
      .describe('How the field and the parameter write the time; asIs for increasing numbers and sortable strings'),
    lagSeconds: z
      .number()
      .int()
      .min(0)
      .max(604_800)
      .default(60)
      .describe('How far before the cursor to ask again, for records that appear late; not with asIs'),
    start: z.string().max(100).optional().describe('Where the first run begins, e.g. 2026-01-01T00:00:00Z; everything when absent'),
    order: z
      .enum(['unknown', 'ascending', 'descending'])
      .default('unknown')
      .describe(
        'Order of the records by the field: ascending saves the position page by page, descending without a parameter stops at the first old page',
      ),
    bound: z.enum(['inclusive', 'exclusive']).default('inclusive').describe('Whether the parameter also returns records equal to it'),
  }),
  z.strictObject({
    kind: z.literal('since').describe('The cursor is the time at which the last complete run began'),
    param: z.string().min(1).max(200).describe('Query parameter that asks for records changed since'),
    format: z.enum(['iso', 'isoSeconds', 'date', 'epochSeconds', 'epochMillis']).default('iso').describe('How the parameter writes the time'),
    lagSeconds: z.number().int().min(0).max(604_800).default(60).describe('How far before the cursor to ask again'),
    start: z.string().max(100).optional().describe('Where the first run begins; everything when absent'),
  }),
  z.strictObject({
    kind: z.literal('pageToken').describe('The cursor is the token of the next page, for change feeds; needs cursor pagination'),
    endTokenPath: path.optional().describe('Path of the token for the next run on the last page'),
  }),
])
export type IncrementalSpec = z.output<typeof incrementalSchema>

const streamSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'must be 1 to 100 letters, digits, ".", "-" or "_"')
    .describe('Name of the stream'),
  kind: z.enum(['document', 'event', 'row', 'item']).default('item').describe('What the records are'),
  method: z.enum(['GET', 'POST']).default('GET').describe('POST only for endpoints that just read'),
  path: z.string().max(2_000).describe('Path below the URL, e.g. /issues; with a parent it may contain {parent.id}'),
  headers: headers.default({}).describe('Further headers; no secrets'),
  query: query.default({}).describe('Further query parameters; no secrets'),
  body: z.record(z.string(), z.json()).optional().describe('JSON body of a POST'),
  shape: z.enum(['list', 'object']).default('list').describe('Whether recordsPath leads to a list or to a single record'),
  recordsPath: path.default('').describe('Path of the records in the response, e.g. data.items or /data/items; empty for the whole response'),
  nullList: z
    .enum(['unknown', 'empty'])
    .default('unknown')
    .describe(
      'What null in place of the records means: unknown leaves the reading incomplete, so that nothing is deleted; empty takes it for no records',
    ),
  keyFields: z.array(path.min(1)).min(1).max(10).describe('Paths of the fields that identify a record, e.g. ["id"]'),
  titleField: path.optional().describe('Path of the title'),
  textFields: z.array(path.min(1)).max(20).default([]).describe('Paths of the text for full-text search'),
  urlField: path.optional().describe('Path of the address of the record'),
  occurredAtField: path.optional().describe('Path of the time at which it happened'),
  pagination: paginationSchema.default({ kind: 'none' }).describe('How the list continues'),
  incremental: incrementalSchema.optional().describe('How to ask only for what is new; everything is read when absent'),
  deletes: z
    .enum(['none', 'sweep', 'events'])
    .default('none')
    .describe('sweep: what a complete read does not show is deleted; events: deletedField marks deleted records'),
  deletedField: path.optional().describe('Path of a field that is true, or a time, for deleted records'),
  parent: z
    .strictObject({
      stream: z.string().max(100).describe('Name of the stream for whose records this one is read'),
      keyed: z.boolean().default(true).describe('Whether the key of the parent becomes part of the key; false where keys are unique by themselves'),
    })
    .optional()
    .describe('Reads this stream once for each record of another stream'),
})
export type StreamConfig = z.output<typeof streamSchema>

export const configSchema = z.strictObject({
  url: z.string().min(1).max(8_192).describe('Base address of the API, e.g. https://api.example.com/v1'),
  auth: authSchema.default({ kind: 'none' }).describe('How requests prove who sends them'),
  headers: headers.default({}).describe('Headers of every request; no secrets'),
  query: query.default({}).describe('Query parameters of every request; no secrets'),
  streams: z.array(streamSchema).min(1).max(100).describe('What to read'),
  requestsPerMinute: z
    .number()
    .int()
    .min(1)
    .max(60_000)
    .optional()
    .describe('Rate limit of the API, shared by all sources with these secrets. Unset: as fast as its responses permit.'),
  retries: z.number().int().min(0).max(10).default(3).describe('How often a failed request is tried again within a run'),
  timeoutMs: z.number().int().min(1_000).max(300_000).default(30_000).describe('Timeout for one complete response'),
  maxBytes: z
    .number()
    .int()
    .min(1_024)
    .max(256 * 1024 * 1024)
    .default(32 * 1024 * 1024)
    .describe('Maximum size of a response, decompressed'),
  futureToleranceSeconds: z.number().int().min(0).max(86_400).default(300).describe('How far the clock of the API may be ahead'),
})
export type ApiConfig = z.output<typeof configSchema>

export const secretSchema = authSecretsSchema.extend({
  headers: headers.optional().describe('Secret headers, sent only to the origin of the URL'),
})
export type ApiSecrets = z.output<typeof secretSchema>
