import { defineConnector, Failure, type Page, type ReadRequest } from '@inlet/connector-sdk'
import { browse } from './browse.js'
import { check } from './check.js'
import { configSchema, type FileConfig, type FileSecrets, secretSchema } from './config.js'
import { createConnection, type FileConnection } from './connection.js'
import { DOCUMENTS, readDocuments } from './streams/read-documents.js'
import { FILES, readFiles } from './streams/read-files.js'
import { readRows } from './streams/read-rows.js'
import { readTails } from './streams/read-tails.js'
import { ROWS } from './streams/row-record.js'
import { streamSpecs } from './streams/stream-specs.js'
import { validate } from './validate.js'

const read = (connection: FileConnection, request: ReadRequest): AsyncGenerator<Page, void, void> => {
  switch (request.stream) {
    case ROWS:
      return connection.ctx.config.append ? readTails(connection, request) : readRows(connection, request)
    case DOCUMENTS:
      return readDocuments(connection, request)
    case FILES:
      return readFiles(connection, request)
    default:
      throw new Failure('INTERNAL', `there is no stream ${request.stream}`)
  }
}

export default defineConnector<FileConfig, FileSecrets, FileConnection>({
  type: 'file',
  version: '1.0.0',
  title: 'Files',
  description: 'Uploads and files below allowed folders: CSV, TSV, NDJSON, JSON, Markdown, HTML and text, also gzip-ed.',
  configSchema,
  secretSchema,
  validate,
  connect: (ctx) => Promise.resolve(createConnection(ctx)),
  streams: (connection) => Promise.resolve(streamSpecs(connection.ctx.config)),
  check,
  read,
  browse,
})
