import { createHash } from 'node:crypto'
import { canonicalJson, Failure } from '@inlet/connector-sdk'
import { encodingExists } from 'iconv-lite'
import { z } from 'zod'

export const FORMATS = ['csv', 'tsv', 'ndjson', 'json', 'markdown', 'html', 'text', 'pdf', 'docx', 'xlsx', 'parquet', 'zip'] as const
export type Format = (typeof FORMATS)[number]

const MiB = 1024 * 1024
const fieldName = z.string().min(1).max(500)

const fieldsSchema = z
  .strictObject({
    title: fieldName.optional().describe('Field whose value becomes the title of a record.'),
    text: z
      .union([fieldName, z.array(fieldName).min(1).max(50)])
      .optional()
      .describe('Field or fields for full-text search, joined by a blank line.'),
    url: fieldName.optional().describe('Field with the address of a record.'),
    occurredAt: fieldName
      .optional()
      .describe('Field with the time at which it happened (ISO 8601, or any date that JavaScript understands); other values are ignored.'),
  })
  .describe('Which fields of a row become title, text, address and time of its record.')

/** How items are read, in whatever store they are: the settings that connectors reading items share. Sizes are in bytes. */
export const readingShape = {
  format: z
    .enum(['auto', ...FORMATS])
    .default('auto')
    .describe('Format of the files; `auto` detects it from the name, then from the content.'),
  recordPer: z
    .enum(['auto', 'file', 'row'])
    .default('auto')
    .describe(
      'One record per file or per row (per line of text, per page of a PDF); `auto`: rows for CSV, TSV, NDJSON, JSON, XLSX and Parquet, files for the rest.',
    ),
  encoding: z
    .string()
    .min(1)
    .max(40)
    .default('auto')
    .describe('Character encoding, e.g. `utf-8`, `windows-1252`, `utf-16le`; `auto` detects it from the byte order mark and the content.'),
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
    .describe('Whether the first line of CSV, or the first row of each sheet, names the columns; or the names, for a file without such a line.'),
  headerLine: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe(
      'The line of CSV, or row of a sheet, that names the columns, counted from 1; what is above is left out. Found by itself where that is safe.',
    ),
  skipLines: z.int().min(0).max(1_000_000).optional().describe('How many lines of CSV, or rows of a sheet, are skipped at the start.'),
  comment: z
    .string()
    .max(10)
    .optional()
    .describe(
      'What comment lines of CSV begin with, e.g. `#`; empty: there are none. By default, only lines with `#` above the header are comments.',
    ),
  escape: z.string().max(1).optional().describe('Escape character of CSV, e.g. a backslash; without one, quotes are doubled.'),
  trim: z
    .boolean()
    .optional()
    .describe('Whether spaces around the fields of CSV are removed. By default, only those around quotes are, where that is safe.'),
  recordsPath: z.string().max(500).optional().describe('Path of the list of records in a JSON object, e.g. `data.items`.'),
  keyFields: z.array(fieldName).max(20).default([]).describe('Fields that identify a row within its file; without them its number does.'),
  kind: z.enum(['row', 'document', 'event', 'item']).default('row').describe('Kind of the records that rows become.'),
  fields: fieldsSchema.default({}),
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
    .describe('Size a gzip or zip file may expand to, all its files together.'),
  maxExpansionRatio: z.int().min(2).max(1100).default(250).describe('How many times its size a gzip or zip file may expand, once beyond 64 MiB.'),
  maxRecordBytes: z
    .int()
    .min(100)
    .max(8 * MiB)
    .default(MiB)
    .describe('Larger rows and documents go to quarantine.'),
  maxArchiveFiles: z.int().min(1).max(1_000_000).default(10_000).describe('Zip files that hold more files are refused.'),
  maxColumns: z.int().min(1).max(10_000).default(1000).describe('Rows with more columns go to quarantine.'),
}

const readingSchema = z.strictObject(readingShape)

export type ReadingConfig = z.infer<typeof readingSchema>

/** Returns only the settings that say how an item is read, without where it is found. */
export const readingOf = (config: ReadingConfig): ReadingConfig => z.object(readingShape).parse(config)

/** Raise it when the records made of the same item change, so that all items are read again. */
const READER_VERSION = 2

/** Eight characters that change with any setting that affects how an item is read. */
export const settingsMark = (config: ReadingConfig): string =>
  createHash('sha256')
    .update(`${READER_VERSION}${canonicalJson(readingOf(config))}`)
    .digest('base64url')
    .slice(0, 8)

const invalid = (field: string, message: string): Failure => new Failure('VALIDATION_FAILED', message, { field: `config.${field}` })

/** Checks what the schema of the reading settings cannot express. Throws VALIDATION_FAILED with the field. */
export const checkReading = (config: ReadingConfig): void => {
  if (config.encoding !== 'auto' && !encodingExists(config.encoding)) throw invalid('encoding', 'this encoding is not known')
  if (config.delimiter !== 'auto' && (config.delimiter.length > 1 || /[\r\n]/.test(config.delimiter)))
    throw invalid('delimiter', 'the delimiter is one character and no line break')
  if (/[\r\n]/.test(config.quote)) throw invalid('quote', 'the quote must not be a line break')
  if (config.quote !== '' && config.quote === config.delimiter) throw invalid('quote', 'quote and delimiter must differ')
  if (config.escape !== undefined && config.escape !== '' && (/[\r\n]/.test(config.escape) || config.escape === config.delimiter))
    throw invalid('escape', 'the escape character must not be a line break or the delimiter')
  if (config.comment !== undefined && /[\r\n]/.test(config.comment)) throw invalid('comment', 'the comment mark holds no line break')
  if (config.headerLine !== undefined && config.header !== true) throw invalid('headerLine', 'headerLine needs header to be true')
  if (Array.isArray(config.header) && new Set(config.header).size < config.header.length) throw invalid('header', 'a column is named twice')
  if (config.recordPer === 'row' && (config.format === 'markdown' || config.format === 'html' || config.format === 'docx'))
    throw invalid('recordPer', `a ${config.format} file has no rows; use "file"`)
  if (config.recordPer === 'file' && (config.format === 'xlsx' || config.format === 'parquet'))
    throw invalid('recordPer', `a ${config.format} file is read row by row; use "row"`)
}
