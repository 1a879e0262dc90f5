import { defineSqlConnector } from '../sql/connector.js'
import { configSchema, secretSchema } from './config.js'
import { postgresDialect } from './dialect.js'

/** Tables, views and SELECT statements of a PostgreSQL database. */
export default defineSqlConnector(
  {
    type: 'postgres',
    version: '1.0.0',
    title: 'PostgreSQL',
    description: 'Tables, views and SELECT statements of a PostgreSQL database, incrementally by a cursor column or in full.',
    configSchema,
    secretSchema,
  },
  postgresDialect,
)
