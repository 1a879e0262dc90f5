import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { missing } from './find-tool.js'

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
