import { Failure } from '@inlet/connector-sdk'
import { createYield } from '../../parsing/bytes/yield-to-loop.js'
import { decideLayout } from '../formats/csv-layout.js'
import { createCsvRows } from '../formats/csv-rows.js'
import { readDocument } from '../formats/document.js'
import { createJsonRows } from '../formats/json-rows.js'
import { createLineRows } from '../formats/line-rows.js'
import type { RowParser, TableLayout } from '../formats/row-event.js'
import type { Format, ReadingConfig } from '../settings.js'
import type { StartedBytes } from './bytes-start.js'
import type { Content } from './content.js'
import { createDecoding, type TextDecoding } from './decoder.js'
import { contradiction, fixedFormat, isBinary, ownerOf, sniffFormat } from './detect-format.js'

/** Opens a text, decoded in pieces. Throws EMPTY_FILE, CONTENT_MISMATCH. */
export const openText = (bytes: StartedBytes, name: string, config: ReadingConfig): Content => {
  const decoding = createDecoding(config.encoding)
  const sample = decoding.write(bytes.start)
  const format = chooseFormat(sample, name, config)
  const pieces = decodeRest(sample, bytes, decoding)
  const layouts: TableLayout[] = []
  return {
    format,
    owner: ownerOf(format, config),
    encoding: () => decoding.encoding(),
    damaged: () => decoding.damaged(),
    certainty: () => decoding.certainty(),
    layouts: () => layouts,
    async *rows() {
      const parser = createRowParser(format, sample, config)
      if (parser.layout !== undefined) layouts.push(parser.layout)
      for await (const piece of pieces) {
        const rows = parser.push(piece)
        if (rows.length > 0) yield rows
      }
      const last = parser.end()
      if (last.length > 0) yield last
    },
    document: () => readDocument(format, pieces, config),
    members: noMembers,
    readsAll: true,
    close: () => bytes.close(),
  }
}

/** For everything but archives. */
export async function* noMembers(): AsyncGenerator<never, void, void> {}

const chooseFormat = (sample: string, name: string, config: ReadingConfig): Format => {
  if (sample.trim() === '') throw new Failure('EMPTY_FILE', 'the file contains only white space')
  const format = fixedFormat(name, config) ?? (isBinary(sample) ? 'text' : sniffFormat(sample))
  const why = contradiction(format, sample)
  if (why !== null) throw new Failure('CONTENT_MISMATCH', why)
  return format
}

async function* decodeRest(sample: string, bytes: StartedBytes, decoding: TextDecoding): AsyncGenerator<string, void, void> {
  const yieldToLoop = createYield()
  yield sample
  let first = true
  for await (const chunk of bytes.all()) {
    // The start is in the sample.
    if (!first) {
      await yieldToLoop()
      yield decoding.write(chunk)
    }
    first = false
  }
  const tail = decoding.end()
  if (tail !== '') yield tail
}

/** Creates the parser of a format that has rows; a sample of the text decides what the settings leave open. */
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
