import { findCommand } from './find-tool.js'

/**
 * Finds the redis-server to test with: INLET_TEST_REDIS_SERVER, or the first on the PATH; null when
 * there is none. Throws when INLET_TEST_REQUIRE asks for it.
 */
export const findRedisServer = (env: NodeJS.ProcessEnv = process.env): string | null =>
  env['INLET_TEST_REDIS_SERVER'] || findCommand('redis', ['redis-server'], env)
