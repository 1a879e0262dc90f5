import { defineConnector } from '@inlet/connector-sdk'
import { toSpec } from './catalog/stream-plan.js'
import { checkTap } from './check-tap.js'
import { type SingerConfig, type SingerSecrets, singerConfigSchema, singerSecretSchema, validateSinger } from './config.js'
import { chooseStreams, openSingerConnection, type SingerConnection } from './connection.js'
import { readStream } from './read/read-stream.js'

/** Runs a Singer tap that the operator allows, https://github.com/singer-io/getting-started. See README.md of this folder. */
export default defineConnector<SingerConfig, SingerSecrets, SingerConnection>({
  type: 'singer',
  version: '1.0.0',
  title: 'Singer tap',
  description: 'Whatever a Singer tap reads: the tap runs as a process of its own on the worker. The operator names the taps that may run.',
  configSchema: singerConfigSchema,
  secretSchema: singerSecretSchema,
  validate: validateSinger,
  // Only the tap knows where it sends its settings.
  secretScope: ({ tap, settings }) => ({ tap, settings }),
  connect: (ctx) => Promise.resolve(openSingerConnection(ctx)),
  async streams(connection, signal) {
    return chooseStreams(await connection.catalog(signal, true), connection.ctx.config).map(toSpec)
  },
  check: checkTap,
  read: readStream,
})
