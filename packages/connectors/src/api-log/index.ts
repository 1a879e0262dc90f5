import { defineConnector, Failure } from '@inlet/connector-sdk'
import { check } from './check.js'
import { configSchema, type LogConfig, type LogSecrets, secretSchema } from './config.js'
import { createConnection, type LogConnection } from './connection.js'
import { readRequests } from './read-requests.js'
import { REQUESTS } from './to-event.js'
import { validate } from './validate.js'

export default defineConnector<LogConfig, LogSecrets, LogConnection>({
  type: 'api_log',
  version: '1.0.0',
  title: 'HTTP access logs',
  description:
    'Requests from access logs below allowed folders: JSON lines, Common and Combined Log Format or a pattern, plain or gzip, through rotations.',
  configSchema,
  secretSchema,
  validate,
  connect: (ctx) => Promise.resolve(createConnection(ctx)),
  streams: () => Promise.resolve([{ name: REQUESTS, kind: 'event', incremental: true, deletes: 'none', keyFields: ['log', 'offset', 'checksum'] }]),
  check,
  read(connection, request) {
    if (request.stream !== REQUESTS) throw new Failure('INTERNAL', `there is no stream ${request.stream}`)
    return readRequests(connection, request)
  },
})
