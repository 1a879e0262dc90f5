import type { Format, ReadingConfig } from '../settings.js'
import { detectDelimiter, detectNewline } from './csv-dialect.js'
import { createCsvRows } from './csv-rows.js'
import { createJsonRows } from './json-rows.js'
import { createLineRows } from './line-rows.js'
import type { RowParser } from './row-event.js'

/** The parser of a format that has rows; a sample of the text decides what the settings leave open. */
export const createRowParser = (format: Format, sample: string, config: ReadingConfig): RowParser => {
  const { maxRecordBytes, maxColumns, quote, header, recordsPath } = config
  switch (format) {
    case 'json':
      return createJsonRows({ recordsPath, maxRecordBytes })
    case 'ndjson':
      return createLineRows({ as: 'json', maxRecordBytes })
    case 'csv':
    case 'tsv': {
      const delimiter = config.delimiter !== 'auto' ? config.delimiter : format === 'tsv' ? '\t' : detectDelimiter(sample, quote)
      return createCsvRows({ delimiter, quote, newline: detectNewline(sample), header, maxRecordBytes, maxColumns })
    }
    default:
      return createLineRows({ as: 'text', maxRecordBytes })
  }
}
