import { type Connection, type Connector, type ConnectorContext, defineConnector } from '@inlet/connector-sdk'
import { checkSource } from './check-source.js'
import type { Database, SqlConfig, SqlDialect, SqlSecrets } from './dialect.js'
import { readStream } from './read/read-stream.js'
import { requireEncryption } from './session/login-safety.js'
import type { SqlSession } from './session/session.js'
import { createSessions, type Sessions } from './session/sessions.js'
import { listStreams } from './streams.js'

/** An open source. */
export interface SqlConnection<C, T> extends Connection {
  readonly context: ConnectorContext<C, SqlSecrets>
  readonly sessions: Sessions<SqlSession<T>>
}

type Description<C> = Pick<Connector<C, SqlSecrets>, 'type' | 'version' | 'title' | 'description' | 'configSchema' | 'secretSchema'>

/** Defines a connector for the tables, views and SELECT statements of a database. */
export const defineSqlConnector = <C extends SqlConfig, T>(
  description: Description<C>,
  dialect: SqlDialect<C, T>,
): Connector<C, SqlSecrets, SqlConnection<C, T>> => {
  const databaseOf = (config: C, session: SqlSession<T>): Database<C, T> => ({ dialect, session, config })
  return defineConnector<C, SqlSecrets, SqlConnection<C, T>>({
    ...description,
    // Each takes a session of its own; a database that others use should not feel more than that.
    parallelStreams: 2,

    async validate(config) {
      requireEncryption(config.host, config)
      for (const [index, { sql }] of config.queries.entries()) await dialect.checkQuery({ sql, field: `config.queries.${index}.sql` }, config)
    },

    egress: ({ host, port }) => [{ field: 'host', host, port }],

    connect: (context) => {
      const { config, secrets, egress, signal } = context
      const sessions = createSessions(
        {
          open: (opening) => dialect.openSession({ config, secrets, egress }, opening),
          toFailure: (thrown, doing) => dialect.toFailure(thrown, { doing }),
        },
        signal,
      )
      return Promise.resolve({ context, sessions, [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose]() })
    },

    check: ({ context: { config }, sessions }, signal) =>
      sessions.use(`checking ${config.database}`, signal, (session) => checkSource(databaseOf(config, session))),

    streams: ({ context: { config }, sessions }, signal) =>
      sessions.use(`listing the tables of ${config.database}`, signal, (session) => listStreams(databaseOf(config, session))),

    read: ({ context: { config, log }, sessions }, { stream, cursor, signal }) =>
      sessions.stream(`reading ${stream}`, signal, (session) => readStream(databaseOf(config, session), { log, stream, cursor })),
  })
}
