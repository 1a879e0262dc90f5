import { Failure } from '@inlet/connector-sdk'
import { z } from 'zod'
import { checkReading, readingShape } from '../files/settings.js'
import { checkPattern } from '../parsing/listing/glob.js'

/** Forms show these before everything else that has a default. */
const FIRST = { 'x-first': true }
const pattern = z.string().min(1).max(1024)

/** Settings of the `file` connector. Sizes are bytes. */
export const configSchema = z
  .strictObject({
    // Forms offer an upload where the format asks for one.
    uploads: z
      .array(z.string().min(1).max(200).meta({ format: 'upload' }))
      .max(1000)
      .default([])
      .describe('Uploaded files to read, by their ids.')
      .meta(FIRST),
    paths: z
      .array(pattern)
      .max(100)
      .default([])
      .describe("Files, folders or globs (`*`, `?`, `[a-z]`, `{a,b}`, `**`) below one of the operator's allowed folders.")
      .meta(FIRST),
    exclude: z.array(pattern).max(100).default([]).describe('Globs of files to leave out, relative to the allowed folder, e.g. `**/tmp/**`.'),
    recursive: z.boolean().default(true).describe('Whether a folder in `paths` is read with its subfolders. Links are never followed.'),
    ...readingShape,
    append: z
      .boolean()
      .default(false)
      .describe('Files only grow (NDJSON): read only what was added. Rotated and truncated files are read again; nothing is deleted.'),
  })
  .refine((config) => config.uploads.length + config.paths.length > 0, { message: 'name at least one upload or path', path: ['paths'] })

export type FileConfig = z.infer<typeof configSchema>

export const secretSchema = z.strictObject({})
export type FileSecrets = z.infer<typeof secretSchema>

const invalid = (field: string, message: string): Failure => new Failure('VALIDATION_FAILED', message, { field: `config.${field}` })

/** Checks what the schema cannot express. Throws VALIDATION_FAILED or PATH_NOT_ALLOWED with the field. */
export const validate = (config: FileConfig): void => {
  for (const list of ['paths', 'exclude'] as const) {
    for (const [index, pattern] of config[list].entries()) checkPattern(pattern, `config.${list}.${index}`)
  }
  checkReading(config)
  if (config.append) validateAppend(config)
}

const validateAppend = (config: FileConfig): void => {
  if (config.format !== 'ndjson') throw invalid('append', 'append works with the format ndjson only')
  if (config.recordPer === 'file') throw invalid('append', 'append reads rows; recordPer cannot be "file"')
  if (config.uploads.length > 0) throw invalid('append', 'an upload never grows; use a source of its own for uploads')
  if (config.encoding !== 'auto' && !/^utf-?8$/i.test(config.encoding)) throw invalid('append', 'append reads UTF-8 only')
}
