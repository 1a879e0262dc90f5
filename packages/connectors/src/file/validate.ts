import { Failure } from '@inlet/connector-sdk'
import { checkReading } from '../files/settings.js'
import { checkPattern } from '../parsing/listing/glob.js'
import type { FileConfig } from './config.js'

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
