import { accessSync, constants, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Tools that tests can use beyond npm packages, by their names in INLET_TEST_REQUIRE, with the Debian package that provides each. */
export const TEST_TOOLS = {
  redis: 'redis-server',
  mariadb: 'mariadb-server',
  chromium: 'chromium-headless-shell',
  nginx: 'nginx-light',
  git: 'git',
  openssl: 'openssl',
  'docker-compose': 'docker-compose',
  librdkafka: 'librdkafka1',
  counterparts: 'npm run counterparts',
} as const
export type TestTool = keyof typeof TEST_TOOLS

// Debian installs servers in folders outside the PATH of ordinary accounts.
const FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin']

/** Finds the first of these commands on the PATH or among the folders of servers; null without one. Throws when INLET_TEST_REQUIRE names the tool. */
export const findCommand = (tool: TestTool, names: readonly string[], env: NodeJS.ProcessEnv = process.env): string | null => {
  const folders = [...(env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== ''), ...FOLDERS]
  const found = folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find(isExecutable)
  return found ?? missing(tool, env)
}

/** Returns null for a missing tool, so that its tests are skipped. Throws when INLET_TEST_REQUIRE names the tool. */
export const missing = (tool: TestTool, env: NodeJS.ProcessEnv, cause?: unknown): null => {
  if ((env['INLET_TEST_REQUIRE'] ?? '').split(',').includes(tool))
    throw new Error(`INLET_TEST_REQUIRE names ${tool}, but it was not found; it comes with ${TEST_TOOLS[tool]}`, { cause })
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

// The headless shell takes a third of the CPU time of a whole browser.
const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Finds a Chromium on the PATH; null when there is none. Throws when INLET_TEST_REQUIRE asks for it. */
export const findChromium = (env: NodeJS.ProcessEnv = process.env): string | null => findCommand('chromium', NAMES, env)

export interface MariadbBinaries {
  readonly server: string
  readonly install: string
}

/** Finds mariadbd and mariadb-install-db; null when one is missing. Throws when INLET_TEST_REQUIRE asks for them. */
export const findMariadb = (env: NodeJS.ProcessEnv = process.env): MariadbBinaries | null => {
  const server = findCommand('mariadb', ['mariadbd'], env)
  const install = findCommand('mariadb', ['mariadb-install-db'], env)
  return server === null || install === null ? null : { server, install }
}

/**
 * Finds the redis-server to test with: INLET_TEST_REDIS_SERVER, or the first on the PATH; null when
 * there is none. Throws when INLET_TEST_REQUIRE asks for it.
 */
export const findRedisServer = (env: NodeJS.ProcessEnv = process.env): string | null =>
  env['INLET_TEST_REDIS_SERVER'] || findCommand('redis', ['redis-server'], env)

const FOLDER = fileURLToPath(new URL('../../../tests/counterparts', import.meta.url))

/**
 * Returns the folder of an installed counterpart: a real system from npm that tests talk to and that is too heavy for every
 * `npm ci` (tests/counterparts; `npm run counterparts` installs them). Null when it is not installed.
 * Throws when INLET_TEST_REQUIRE names `counterparts`.
 */
export const findCounterpart = (name: string, env: NodeJS.ProcessEnv = process.env): string | null => {
  const folder = path.join(FOLDER, 'node_modules', name)
  return existsSync(folder) ? folder : missing('counterparts', env, new Error(`${name} is not installed`))
}

/** Resolves and loads modules as a file in tests/counterparts would. */
export const requireCounterpart: NodeJS.Require = createRequire(path.join(FOLDER, 'package.json'))
