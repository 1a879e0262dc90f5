import { defineSqlConnector } from '../sql/connector.js'
import { configSchema, secretSchema } from './config.js'
import { mysqlDialect } from './dialect.js'

/** Tables, views and SELECT statements of a MySQL or MariaDB database. */
export default defineSqlConnector(
  {
    type: 'mysql',
    version: '1.0.0',
    title: 'MySQL and MariaDB',
    description: 'Tables, views and SELECT statements of a MySQL or MariaDB database, incrementally by a cursor column or in full.',
    configSchema,
    secretSchema,
  },
  mysqlDialect,
)
