import { Failure, type Page, type ReadEnd, type ReadRequest } from '@inlet/connector-sdk'
import type { ItemConnection } from '../connection.js'
import { DOCUMENTS, readDocuments } from './read-documents.js'
import { FILES, readFiles } from './read-files.js'
import { readRows } from './read-rows.js'
import { ROWS } from './row-record.js'

/** The pages of one of the streams that `streamSpecs` names. */
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
