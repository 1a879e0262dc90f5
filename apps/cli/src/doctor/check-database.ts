import {
  appliedMigrations,
  createDatabase,
  type Database,
  findSetting,
  listGenerations,
  listIncidents,
  listVectorIndexes,
  listWorkers,
  readClockSkewSeconds,
  readDatabaseProblem,
  readIndexState,
  readMigrationFiles,
  readVectorExtension,
} from '@inlet/db'
import { Failure, REASONS } from '@inlet/domain'
import { whyNoVectorIndex } from '@inlet/search'
import { CANARY_SETTING, checkCanary, parseKeyring } from '@inlet/security'
import { classifyIndex } from './check-index.js'
import { classifyIncidents, classifyProcesses } from './classify.js'
import { type Finding, fail, messageOf, ok, skip } from './finding.js'

const MIN_POSTGRES = 150_000
/** The same limit as for readiness: schedulers and queues trust client clocks. */
const MAX_SKEW_SECONDS = 2
const MAX_INCIDENTS = 10_000

/**
 * Checks connection, version, migrations, clock, encryption keys, and whether workers and scribes are alive. `keys` as in INLET_ENCRYPTION_KEYS;
 * `step`: what to do when it cannot be reached.
 */
export const checkDatabase = async (
  url: string,
  keys: string | undefined,
  step = 'Start Postgres, and check host, port, user and password in DATABASE_URL.',
): Promise<readonly Finding[]> => {
  const database = createDatabase({ url, applicationName: 'inlet-doctor', poolSize: 1 })
  try {
    const { rows } = await database.pool.query<{ version: string; number: string }>(
      `SELECT current_setting('server_version') AS version, current_setting('server_version_num') AS number`,
    )
    const { version = '?', number = '0' } = rows[0] ?? {}
    const server =
      Number(number) >= MIN_POSTGRES
        ? ok('database', `Postgres ${version}`)
        : fail('database', `Postgres ${version} is too old`, 'Use Postgres 15 or newer.')
    const problem = await readDatabaseProblem(database)
    return [
      problem === null ? server : fail('database', problem.message, problem.next),
      await checkMigrations(database),
      await checkClock(database),
      await checkKeys(database, keys),
      // Without a database that takes heartbeats, nothing is known about them.
      problem === null ? await checkProcesses(database) : skip('processes', 'not known while the database refuses'),
      await checkIncidents(database),
      await checkIndex(database),
      await checkVectors(database),
    ]
  } catch (error) {
    // A server that works but refuses has a step of its own.
    const refused = error instanceof Failure && error.next !== REASONS[error.reason].next
    return [fail('database', `cannot be reached: ${messageOf(error)}`, refused ? error.next : step)]
  } finally {
    await database.close()
  }
}

const checkMigrations = async (database: Database): Promise<Finding> => {
  const name = 'migrations'
  const { rows } = await database.pool.query<{ there: boolean }>(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there`)
  const applied = rows[0]?.there ? (await appliedMigrations(database.pool)).map((migration) => migration.name) : []
  const expected = readMigrationFiles().map((migration) => migration.name)
  const missing = expected.filter((one) => !applied.includes(one))
  const ahead = applied.filter((one) => !expected.includes(one))
  if (ahead.length > 0) return fail(name, `the database is ahead of this build: ${ahead.join(', ')}`, 'Use the newer build that made these changes.')
  return missing.length === 0
    ? ok(name, `all ${applied.length} applied`)
    : fail(name, `${missing.length} are not applied`, 'Run `inlet migrate` (`inlet up` does it by itself).')
}

const checkProcesses = async (database: Database): Promise<Finding> => {
  try {
    return classifyProcesses(await listWorkers(database))
  } catch {
    return skip('processes', 'the database is not migrated')
  }
}

const checkIncidents = async (database: Database): Promise<Finding> => {
  try {
    return classifyIncidents(await listIncidents(database, { open: true, before: null, limit: MAX_INCIDENTS }))
  } catch {
    return skip('incidents', 'the database is not migrated')
  }
}

const checkIndex = async (database: Database): Promise<Finding> => {
  try {
    return classifyIndex(await readIndexState(database))
  } catch {
    return skip('search index', 'the database is not migrated')
  }
}

/** Reports how the vectors of search are indexed here, and why. */
const checkVectors = async (database: Database): Promise<Finding> => {
  const name = 'vectors'
  try {
    const generations = (await listGenerations(database)).filter(({ deletingAt }) => deletingAt === null)
    if (generations.length === 0) return skip(name, 'no model is set up')
    const extension = await readVectorExtension(database.pool)
    const indexed = new Set((await listVectorIndexes(database)).filter(({ isValid }) => isValid).map(({ space }) => space))
    const without = generations.find(({ space }) => !indexed.has(space))
    if (without === undefined) return ok(name, `found by an index (pgvector ${extension.installed})`)
    const { dimensions, indexNote } = without
    const reason = whyNoVectorIndex({ isWanted: true, extension, dimensions }) ?? indexNote ?? 'a worker builds the index in a few minutes'
    return ok(name, `found by comparing all, which is fast up to some hundred thousand parts of records: ${reason}`)
  } catch {
    return skip(name, 'the database is not migrated')
  }
}

const checkClock = async (database: Database): Promise<Finding> => {
  const skew = await readClockSkewSeconds(database)
  return Math.abs(skew) <= MAX_SKEW_SECONDS
    ? ok('clock', `${skew.toFixed(1)} s off the database's`)
    : fail('clock', `${skew.toFixed(1)} s off the database's`, 'Let both machines set their clocks by NTP; workers take no jobs meanwhile.')
}

const checkKeys = async (database: Database, keys: string | undefined): Promise<Finding> => {
  const name = 'encryption key'
  if (keys === undefined || keys === '')
    return fail(name, 'INLET_ENCRYPTION_KEYS is not set', 'Set it to the keys that the api and the workers have.')
  try {
    const canary = await findSetting(database, CANARY_SETTING).catch(() => null)
    const keyring = parseKeyring(keys)
    if (typeof canary !== 'string') return skip(name, 'nothing is sealed yet')
    checkCanary(keyring, canary)
    return ok(name, `${keyring.primaryId} opens what is stored`)
  } catch (error) {
    return fail(name, messageOf(error), 'Configure the key that sealed the secrets of this database.')
  }
}
