import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
// Vitest resolves global set-up files without our export conditions, hence the relative path.
import { startEmbeddedPostgres } from '../../db/src/embedded/embedded-postgres.js'
import { findRedisServer } from './find-tool.js'
import { createTemplateDatabase } from './template-database.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** Admin URL of the test server's `postgres` database; CREATE DATABASE is allowed. */
    postgresUrl: string
    /** Name of the migrated database to clone. */
    templateDatabase: string
    /** Path of redis-server, or "" when this machine has none. */
    redisServer: string
  }
}

/** Starts one Postgres with one migrated template for the whole test run; says clearly when Redis tests cannot run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(path.join(tmpdir(), 'inlet-test-'))
  const postgres = await startEmbeddedPostgres({ directory, durable: false, maxConnections: 400 })
  const templateDatabase = 'inlet_template'
  await createTemplateDatabase(postgres.url('postgres'), templateDatabase)
  project.provide('postgresUrl', postgres.url('postgres'))
  project.provide('templateDatabase', templateDatabase)
  const redisServer = findRedisServer()
  project.provide('redisServer', redisServer ?? '')
  return async () => {
    await postgres.stop()
    rmSync(directory, { recursive: true, force: true })
    if (redisServer === null)
      process.stdout.write(
        '\nNOT RUN: everything on the Redis backend, because no redis-server is on the PATH (INLET_TEST_REDIS_SERVER names one).\n',
      )
  }
}
