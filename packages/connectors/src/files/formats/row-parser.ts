import type { Format, ReadingConfig } from '../settings.js'
import { decideLayout } from './csv-layout.js'
import { createCsvRows } from './csv-rows.js'
import { createJsonRows } from './json-rows.js'
import { createLineRows } from './line-rows.js'
import type { RowParser } from './row-event.js'

/** The parser of a format that has rows; a sample of the text decides what the settings leave open. */
export const createRowParser = (format: Format, sample: string, config: ReadingConfig): RowParser => {
  const { maxRecordBytes, header, recordsPath } = config
  switch (format) {
    case 'json':
      return createJsonRows({ recordsPath, maxRecordBytes })
    case 'ndjson':
      return createLineRows({ as: 'json', maxRecordBytes })
    case 'csv':
    case 'tsv': {
      const layout = decideLayout(sample, config, format === 'tsv')
      return { ...createCsvRows({ ...layout, header, maxRecordBytes }), layout }
    }
    default:
      return createLineRows({ as: 'text', maxRecordBytes })
  }
}
