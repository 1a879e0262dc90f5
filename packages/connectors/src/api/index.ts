import { defineConnector, type EgressTarget, Failure, type StreamSpec } from '@inlet/connector-sdk'
import { checkApi } from './check.js'
import { type ApiConfig, configSchema, type StreamConfig, secretSchema } from './config.js'
import { createConnection } from './connection.js'
import { openApiImporter } from './import/propose.js'
import { readStream } from './read/read-stream.js'
import { validateApi } from './validate.js'

/** Reads any REST or JSON API that settings can describe; see README.md. */
export default defineConnector({
  type: 'api',
  version: '1.0.0',
  title: 'REST API',
  description: 'Any REST or JSON API, described by addresses, paths, pagination and authentication.',
  parallelStreams: 4,
  configSchema,
  secretSchema,
  validate: validateApi,
  egress: (config) => egressTargets(config),
  streams: (connection) => Promise.resolve(connection.ctx.config.streams.map(toSpec)),
  importer: openApiImporter,
  connect: (ctx) => Promise.resolve(createConnection(ctx)),
  check: checkApi,
  read: (connection, request) => readStream(connection, findStream(connection.ctx.config, request.stream), request),
})

const toSpec = (stream: StreamConfig): StreamSpec => ({
  name: stream.name,
  kind: stream.kind,
  incremental: stream.incremental !== undefined,
  deletes: stream.deletes,
  keyFields: stream.keyFields,
})

const findStream = (config: ApiConfig, name: string): StreamConfig => {
  const stream = config.streams.find((candidate) => candidate.name === name)
  if (stream === undefined) throw new Failure('VALIDATION_FAILED', `there is no stream "${name}"`, { field: 'stream' })
  return stream
}

const egressTargets = (config: ApiConfig): readonly EgressTarget[] => [
  { field: 'url', url: config.url },
  ...('tokenUrl' in config.auth ? [{ field: 'auth.tokenUrl', url: config.auth.tokenUrl, exact: true }] : []),
  ...config.streams.flatMap(({ pagination }, index) =>
    'allowOrigins' in pagination ? pagination.allowOrigins.map((url) => ({ field: `streams.${index}.pagination.allowOrigins`, url })) : [],
  ),
]
