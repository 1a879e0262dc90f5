import { Failure } from '@inlet/connector-sdk'
import { encodingExists } from 'iconv-lite'
import { checkPattern } from '../parsing/listing/glob.js'
import type { FileConfig } from './config.js'

const invalid = (field: string, message: string): Failure => new Failure('VALIDATION_FAILED', message, { field: `config.${field}` })

/** What the schema cannot express. Throws VALIDATION_FAILED or PATH_NOT_ALLOWED with the field. */
export const validate = (config: FileConfig): void => {
  for (const list of ['paths', 'exclude'] as const) {
    for (const [index, pattern] of config[list].entries()) checkPattern(pattern, `config.${list}.${index}`)
  }
  if (config.encoding !== 'auto' && !encodingExists(config.encoding)) throw invalid('encoding', 'this encoding is not known')
  if (config.delimiter !== 'auto' && (config.delimiter.length > 1 || /[\r\n]/.test(config.delimiter)))
    throw invalid('delimiter', 'the delimiter is one character and no line break')
  if (/[\r\n]/.test(config.quote)) throw invalid('quote', 'the quote is no line break')
  if (config.quote !== '' && config.quote === config.delimiter) throw invalid('quote', 'quote and delimiter must differ')
  if (Array.isArray(config.header) && new Set(config.header).size < config.header.length) throw invalid('header', 'a column is named twice')
  if (config.recordPer === 'row' && (config.format === 'markdown' || config.format === 'html'))
    throw invalid('recordPer', `a ${config.format} file has no rows; use "file"`)
  if (config.append) validateAppend(config)
}

const validateAppend = (config: FileConfig): void => {
  if (config.format !== 'ndjson') throw invalid('append', 'append works with the format ndjson only')
  if (config.recordPer === 'file') throw invalid('append', 'append reads rows; recordPer cannot be "file"')
  if (config.uploads.length > 0) throw invalid('append', 'an upload never grows; use a source of its own for uploads')
  if (config.encoding !== 'auto' && !/^utf-?8$/i.test(config.encoding)) throw invalid('append', 'append reads UTF-8 only')
}
