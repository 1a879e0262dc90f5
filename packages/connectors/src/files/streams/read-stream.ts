import { Failure, type Page, type ReadEnd, type ReadRequest, type StreamSpec } from '@inlet/connector-sdk'
import type { ItemConnection } from '../connection.js'
import { concerns, ownerOf } from '../content/detect-format.js'
import type { ReadingConfig } from '../settings.js'
import { DOCUMENTS, readDocuments } from './read-documents.js'
import { FILES, readFiles } from './read-files.js'
import { readRows } from './read-rows.js'
import { ROWS } from './row-record.js'

/** Reads one of the streams that `streamSpecs` names. */
export const readStream = (connection: ItemConnection, request: ReadRequest): AsyncGenerator<Page, ReadEnd, void> => {
  switch (request.stream) {
    case ROWS:
      return readRows(connection, request)
    case DOCUMENTS:
      return readDocuments(connection, request)
    case FILES:
      return readFiles(connection, request)
    default:
      throw new Failure('INTERNAL', `there is no stream ${request.stream}`)
  }
}

/** Returns the streams of a source in reading order: a file is recorded after its contents. `append`: rows are never deleted. */
export const streamSpecs = (config: ReadingConfig, append = false): readonly StreamSpec[] => {
  const owner = config.format === 'auto' ? 'archive' : ownerOf(config.format, config)
  const rows: StreamSpec = {
    name: ROWS,
    kind: config.kind,
    incremental: true,
    deletes: append ? 'none' : 'sweep',
    keyFields: ['file', ...(config.keyFields.length > 0 ? config.keyFields : append ? ['first line', 'offset'] : ['row'])],
  }
  const documents: StreamSpec = { name: DOCUMENTS, kind: 'document', incremental: false, deletes: 'sweep', keyFields: ['file'] }
  const files: StreamSpec = { name: FILES, kind: 'item', incremental: false, deletes: 'sweep', keyFields: ['file'], catalog: true }
  return [...(concerns(owner, 'rows') ? [rows] : []), ...(concerns(owner, 'documents') ? [documents] : []), files]
}
