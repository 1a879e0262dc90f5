import { accessSync, constants } from 'node:fs'
import path from 'node:path'

/** The redis-server to test with: INLET_TEST_REDIS_SERVER or the first on the PATH; null when there is none. Throws when INLET_TEST_REQUIRE asks for it. */
export const findRedisServer = (env: NodeJS.ProcessEnv = process.env): string | null => {
  const candidates = [
    env['INLET_TEST_REDIS_SERVER'] ?? '',
    ...(env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, 'redis-server')),
  ]
  const found = candidates.find((candidate) => candidate !== '' && isExecutable(candidate))
  if (found !== undefined) return found
  if ((env['INLET_TEST_REQUIRE'] ?? '').split(',').includes('redis')) throw new Error('INLET_TEST_REQUIRE names redis, but no redis-server was found')
  return null
}

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
