import { type Connection, type ConnectorContext, defineConnector } from '@inlet/connector-sdk'
import { requireEncryption } from '../sql/session/login-safety.js'
import { createSessions, type Sessions } from '../sql/session/sessions.js'
import { checkSource } from './check-source.js'
import { configSchema, type MysqlConfig, type MysqlSecrets, secretSchema } from './config.js'
import { listStreams } from './discover.js'
import { readStream } from './read/read-stream.js'
import { checkRole } from './session/check-role.js'
import { openSession } from './session/create-session.js'
import { toMysqlFailure } from './session/mysql-failure.js'
import type { Session } from './session/session.js'
import { checkStatement } from './sql/check-statement.js'

interface MysqlConnection extends Connection {
  readonly context: ConnectorContext<MysqlConfig, MysqlSecrets>
  readonly sessions: Sessions<Session>
}

/** Tables, views and SELECT statements of a MySQL or MariaDB database. */
export default defineConnector<MysqlConfig, MysqlSecrets, MysqlConnection>({
  type: 'mysql',
  version: '1.0.0',
  title: 'MySQL and MariaDB',
  description: 'Tables, views and SELECT statements of a MySQL or MariaDB database, incrementally by a cursor column or in full.',
  configSchema,
  secretSchema,

  validate({ host, tls, queries, allowFunctions }) {
    requireEncryption(host, { host, tls })
    for (const [index, query] of queries.entries()) checkStatement(query.sql, { field: `config.queries.${index}.sql`, allowFunctions })
  },

  egress: ({ host, port }) => [{ field: 'host', host, port }],

  connect: (context) => {
    const { config, secrets, egress, signal } = context
    const sessions = createSessions(
      {
        open: (opening) => openSession({ config, secrets, egress }, opening),
        check: (session) => checkRole(session, config),
        toFailure: (thrown, doing) => toMysqlFailure(thrown, { doing }),
      },
      signal,
    )
    return Promise.resolve({ context, sessions, [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose]() })
  },

  check: ({ context: { config }, sessions }, signal) =>
    sessions.use(`checking ${config.database}`, signal, (session) => checkSource(session, config)),

  streams: ({ context: { config }, sessions }, signal) =>
    sessions.use(`listing the tables of ${config.database}`, signal, (session) => listStreams(session, config)),

  read: ({ context: { config, log }, sessions }, { stream, cursor, signal }) =>
    sessions.stream(`reading ${stream}`, signal, (session) => readStream(session, { config, log, stream, cursor })),
})
