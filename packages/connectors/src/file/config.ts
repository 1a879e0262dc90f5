import { z } from 'zod'
import { readingShape } from '../files/settings.js'

const pattern = z.string().min(1).max(1024)

/** Settings of the `file` connector. Sizes are bytes. */
export const configSchema = z
  .strictObject({
    // Forms offer an upload where the format asks for one.
    uploads: z
      .array(z.string().min(1).max(200).meta({ format: 'upload' }))
      .max(1000)
      .default([])
      .describe('Ids of uploads to read.'),
    paths: z
      .array(pattern)
      .max(100)
      .default([])
      .describe("Files, folders or globs (`*`, `?`, `[a-z]`, `{a,b}`, `**`) below one of the operator's allowed folders."),
    exclude: z.array(pattern).max(100).default([]).describe('Globs of files to leave out, relative to the allowed folder, e.g. `**/tmp/**`.'),
    recursive: z.boolean().default(true).describe('Whether a folder in `paths` is read with its subfolders. Links are never followed.'),
    ...readingShape,
    append: z
      .boolean()
      .default(false)
      .describe('Files only grow (NDJSON): read just what was added. Rotated and truncated files are read again; nothing is deleted.'),
  })
  .refine((config) => config.uploads.length + config.paths.length > 0, { message: 'name at least one upload or path', path: ['paths'] })

export type FileConfig = z.infer<typeof configSchema>

export const secretSchema = z.strictObject({})
export type FileSecrets = z.infer<typeof secretSchema>
