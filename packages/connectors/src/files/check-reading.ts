import { Failure } from '@inlet/connector-sdk'
import { encodingExists } from 'iconv-lite'
import type { ReadingConfig } from './settings.js'

const invalid = (field: string, message: string): Failure => new Failure('VALIDATION_FAILED', message, { field: `config.${field}` })

/** What the schema of the reading settings cannot express. Throws VALIDATION_FAILED with the field. */
export const checkReading = (config: ReadingConfig): void => {
  if (config.encoding !== 'auto' && !encodingExists(config.encoding)) throw invalid('encoding', 'this encoding is not known')
  if (config.delimiter !== 'auto' && (config.delimiter.length > 1 || /[\r\n]/.test(config.delimiter)))
    throw invalid('delimiter', 'the delimiter is one character and no line break')
  if (/[\r\n]/.test(config.quote)) throw invalid('quote', 'the quote is no line break')
  if (config.quote !== '' && config.quote === config.delimiter) throw invalid('quote', 'quote and delimiter must differ')
  if (config.escape !== undefined && config.escape !== '' && (/[\r\n]/.test(config.escape) || config.escape === config.delimiter))
    throw invalid('escape', 'the escape character is no line break and no delimiter')
  if (config.comment !== undefined && /[\r\n]/.test(config.comment)) throw invalid('comment', 'the comment mark holds no line break')
  if (config.headerLine !== undefined && config.header !== true) throw invalid('headerLine', 'headerLine needs header to be true')
  if (Array.isArray(config.header) && new Set(config.header).size < config.header.length) throw invalid('header', 'a column is named twice')
  if (config.recordPer === 'row' && (config.format === 'markdown' || config.format === 'html' || config.format === 'docx'))
    throw invalid('recordPer', `a ${config.format} file has no rows; use "file"`)
  if (config.recordPer === 'file' && (config.format === 'xlsx' || config.format === 'parquet'))
    throw invalid('recordPer', `a ${config.format} file is read row by row; use "row"`)
}
