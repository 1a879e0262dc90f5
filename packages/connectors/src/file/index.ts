import { defineConnector, type Page, type ReadEnd, type ReadRequest } from '@inlet/connector-sdk'
import { readStream, streamSpecs } from '../files/streams/read-stream.js'
import { ROWS } from '../files/streams/row-record.js'
import { browse } from './browse.js'
import { check } from './check.js'
import { configSchema, type FileConfig, type FileSecrets, secretSchema, validate } from './config.js'
import { createConnection, type FileConnection } from './connection.js'
import { readTails } from './streams/read-tails.js'

const read = (connection: FileConnection, request: ReadRequest): AsyncGenerator<Page, ReadEnd, void> =>
  connection.ctx.config.append && request.stream === ROWS ? readTails(connection, request) : readStream(connection, request)

export default defineConnector<FileConfig, FileSecrets, FileConnection>({
  type: 'file',
  version: '1.0.0',
  title: 'Files',
  description:
    'Uploads and files below allowed folders: CSV, TSV, NDJSON, JSON, XLSX, Parquet, Markdown, HTML, text, PDF and DOCX, also gzip-ed or in zip archives.',
  configSchema,
  secretSchema,
  validate,
  connect: (ctx) => Promise.resolve(createConnection(ctx)),
  streams: (connection) => Promise.resolve(streamSpecs(connection.ctx.config, connection.ctx.config.append)),
  check,
  read,
  browse,
})
