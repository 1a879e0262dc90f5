import { z } from 'zod'

export const FORMATS = ['csv', 'tsv', 'ndjson', 'json', 'markdown', 'html', 'text'] as const
export type Format = (typeof FORMATS)[number]

const MiB = 1024 * 1024
const pattern = z.string().min(1).max(1024)
const fieldName = z.string().min(1).max(500)

const fieldsSchema = z
  .strictObject({
    title: fieldName.optional().describe('Field whose value becomes the title of a record.'),
    text: z
      .union([fieldName, z.array(fieldName).min(1).max(50)])
      .optional()
      .describe('Field or fields whose values, joined by a blank line, full-text search reads.'),
    url: fieldName.optional().describe('Field that holds the address of a record.'),
    occurredAt: fieldName.optional().describe('Field that says when it happened (ISO 8601 or any date JavaScript reads); others are left out.'),
  })
  .describe('Which fields of a row become title, text, address and time of its record.')

/** Settings of the `file` connector. Sizes are bytes. */
export const configSchema = z
  .strictObject({
    uploads: z.array(z.string().min(1).max(200)).max(1000).default([]).describe('Ids of uploads to read.'),
    paths: z
      .array(pattern)
      .max(100)
      .default([])
      .describe("Files, folders or globs (`*`, `?`, `[a-z]`, `{a,b}`, `**`) below one of the operator's allowed folders."),
    exclude: z.array(pattern).max(100).default([]).describe('Globs of files to leave out, relative to the allowed folder, e.g. `**/tmp/**`.'),
    recursive: z.boolean().default(true).describe('Whether a folder in `paths` is read with its subfolders. Links are never followed.'),
    format: z
      .enum(['auto', ...FORMATS])
      .default('auto')
      .describe('Format of the files; `auto` goes by the name and then by the content.'),
    recordPer: z
      .enum(['auto', 'file', 'row'])
      .default('auto')
      .describe('One record per file or per row (per line for text); `auto`: rows for CSV, TSV, NDJSON and JSON, files for the rest.'),
    encoding: z
      .string()
      .min(1)
      .max(40)
      .default('auto')
      .describe('Character encoding, e.g. `utf-8`, `windows-1252`, `utf-16le`; `auto` goes by byte order mark and content.'),
    delimiter: z
      .string()
      .min(1)
      .max(4)
      .default('auto')
      .describe('Field delimiter of CSV, one character; `auto` chooses among comma, semicolon, tab and bar.'),
    quote: z.string().max(1).default('"').describe('Quote character of CSV, doubled inside a field; empty for none.'),
    header: z
      .union([z.boolean(), z.array(fieldName).min(1).max(10_000)])
      .default(true)
      .describe('Whether the first line of CSV names the columns; or the names, for a file without such a line.'),
    recordsPath: z.string().max(500).optional().describe('Where the list of records lies in a JSON object, e.g. `data.items`.'),
    keyFields: z.array(fieldName).max(20).default([]).describe('Fields that identify a row within its file; without them its number does.'),
    kind: z.enum(['row', 'document', 'event', 'item']).default('row').describe('Kind of the records made of rows.'),
    fields: fieldsSchema.default({}),
    append: z
      .boolean()
      .default(false)
      .describe('Files only grow (NDJSON): read just what was added. Rotated and truncated files are read anew; nothing is deleted.'),
    maxFileBytes: z
      .int()
      .min(1)
      .max(Number.MAX_SAFE_INTEGER)
      .default(10 * 1024 * MiB)
      .describe('Larger files are refused.'),
    maxExpandedBytes: z
      .int()
      .min(1)
      .max(Number.MAX_SAFE_INTEGER)
      .default(10 * 1024 * MiB)
      .describe('Size a gzip file may expand to.'),
    maxExpansionRatio: z.int().min(2).max(1100).default(250).describe('How many times its size a gzip file may expand, once beyond 64 MiB.'),
    maxRecordBytes: z
      .int()
      .min(100)
      .max(8 * MiB)
      .default(MiB)
      .describe('Larger rows and documents go to quarantine.'),
    maxColumns: z.int().min(1).max(10_000).default(1000).describe('Rows with more columns go to quarantine.'),
  })
  .refine((config) => config.uploads.length + config.paths.length > 0, { message: 'name at least one upload or path', path: ['paths'] })

export type FileConfig = z.infer<typeof configSchema>

export const secretSchema = z.strictObject({})
export type FileSecrets = z.infer<typeof secretSchema>
