import { type Connection, type ConnectorContext, defineConnector } from '@inlet/connector-sdk'
import { checkSource } from './check-source.js'
import { configSchema, type PostgresConfig, type PostgresSecrets, secretSchema } from './config.js'
import { listStreams } from './discover.js'
import { readStream } from './read/read-stream.js'
import { createSessions, type Sessions } from './session/sessions.js'
import { checkStatement } from './sql/check-statement.js'

interface PostgresConnection extends Connection {
  readonly context: ConnectorContext<PostgresConfig, PostgresSecrets>
  readonly sessions: Sessions
}

/** Tables, views and SELECT statements of a PostgreSQL database. */
export default defineConnector<PostgresConfig, PostgresSecrets, PostgresConnection>({
  type: 'postgres',
  version: '1.0.0',
  title: 'PostgreSQL',
  description: 'Tables, views and SELECT statements of a PostgreSQL database, incrementally by a cursor column or in full.',
  configSchema,
  secretSchema,

  async validate({ queries, allowFunctions }) {
    for (const [index, query] of queries.entries()) await checkStatement(query.sql, { field: `config.queries.${index}.sql`, allowFunctions })
  },

  egress: ({ host, port }) => [{ field: 'host', host, port }],

  connect: (context) => {
    const { config, secrets, egress, signal } = context
    const sessions = createSessions({ config, secrets, egress }, signal)
    return Promise.resolve({ context, sessions, [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose]() })
  },

  check: ({ context: { config }, sessions }, signal) =>
    sessions.use(`checking ${config.database}`, signal, (session) => checkSource(session, config)),

  streams: ({ context: { config }, sessions }, signal) =>
    sessions.use(`listing the tables of ${config.database}`, signal, (session) => listStreams(session, config)),

  read: ({ context: { config, log }, sessions }, { stream, cursor, signal }) =>
    sessions.stream(`reading ${stream}`, signal, (session) => readStream(session, { config, log, stream, cursor })),
})
