import { chownSync, statSync } from 'node:fs'
import { explainWhy } from '@inlet/domain'
import { canMountDisk, mountSmallDisk, openTestStore, type TestStore } from '@inlet/testing'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { createDatabase, type Database } from '../database.js'
import { toTrouble } from '../workers/start-heartbeats.js'
import { recordHeartbeat } from '../workers/worker-repository.js'
import { databaseProblemOf, readDatabaseProblem } from './database-problem.js'
import { gatherWhyFacts } from './gather-why-facts.js'

let store: TestStore
let sourceId: string
const opened: Database[] = []
/** A process that connects after the change of the server. */
const connectLater = (): Database => {
  const database = createDatabase({ url: store.url, applicationName: 'test', poolSize: 1 })
  opened.push(database)
  return database
}
beforeEach(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  sourceId = await store.addSource()
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()))
  await store.close()
})

const write = (database: Database, bytes = 10): Promise<unknown> =>
  database.transaction((client) =>
    client.query('UPDATE sources SET labels = jsonb_build_object($2::text, repeat(md5(random()::text), $3)) WHERE id = $1', [
      sourceId,
      'note',
      Math.ceil(bytes / 32),
    ]),
  )
const blockerOf = async (database: Database) => {
  const facts = await gatherWhyFacts(database, sourceId)
  if (facts === null) throw new Error('the source is gone')
  return explainWhy({ ...facts, queueProblem: null, queuePlace: 'Postgres', continuous: false, pushed: false }).blocker
}
const report = (database: Database, role: 'worker' | 'scribe'): Promise<void> =>
  recordHeartbeat(store.database, {
    id: role,
    role,
    host: 'h',
    pid: 1,
    version: '1',
    concurrency: 1,
    running: 0,
    backpressure: false,
    connectors: [],
    ...toTrouble(database, { refuses: null, problem: null }),
  })

describe('a database that refuses', () => {
  it('because it is read-only, says so to the caller that writes, and in why', async () => {
    expect(await readDatabaseProblem(store.database)).toBeNull()
    await store.rows(`ALTER DATABASE "${new URL(store.url).pathname.slice(1)}" SET default_transaction_read_only = on`)
    const database = connectLater()
    const readOnly = { reason: 'DATABASE_UNAVAILABLE', message: expect.stringContaining('read-only'), next: expect.stringContaining('promote') }
    await expect(write(database)).rejects.toMatchObject(readOnly)
    await expect(database.prismaTransaction(({ prisma }) => prisma.event.deleteMany())).rejects.toMatchObject(readOnly)
    expect(database.refusal()).toMatchObject(readOnly)
    expect(await readDatabaseProblem(database)).toMatchObject(readOnly)
    expect(await blockerOf(database)).toMatchObject({ ...readOnly, code: 'DATABASE_REFUSES', who: 'operator' })
  })

  it('because its role may not write, says what must be granted, until it stores again', async () => {
    const database = connectLater()
    await store.rows(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE insufficient_privilege USING MESSAGE = 'permission denied for table sources'; END $$",
    )
    await store.rows('CREATE TRIGGER refuse BEFORE UPDATE ON sources FOR EACH ROW EXECUTE FUNCTION refuse()')
    await expect(write(database)).rejects.toMatchObject({ reason: 'DATABASE_UNAVAILABLE', next: expect.stringContaining('grant') })
    await report(database, 'scribe')
    await report(store.database, 'worker')
    expect(await blockerOf(store.database)).toMatchObject({
      code: 'DATABASE_REFUSES',
      message: expect.stringContaining('permission denied for table sources'),
    })
    await store.rows('DROP TRIGGER refuse ON sources')
    await write(database)
    expect(database.refusal()).toBeNull()
    await report(database, 'scribe')
    expect((await blockerOf(store.database)).code).not.toBe('DATABASE_REFUSES')
  })

  it.skipIf(!canMountDisk())('because its disk is full, asks operators for space (needs mount)', async () => {
    using disk = mountSmallDisk(4_096)
    const folder = disk?.folder ?? ''
    const [{ data_directory: data } = { data_directory: '' }] = await store.rows<{ data_directory: string }>('SHOW data_directory')
    const owner = statSync(data)
    chownSync(folder, owner.uid, owner.gid)
    const space = `small_${sourceId.slice(0, 8)}`
    await store.rows(`CREATE TABLESPACE ${space} LOCATION '${folder}'`)
    try {
      await store.rows(`ALTER TABLE events SET TABLESPACE ${space}`)
      const database = connectLater()
      const fill = database.transaction((client) =>
        client.query(
          `INSERT INTO events (source_id, type, level, message) SELECT $1, 'run.ended', 'info', repeat('x', 1000) FROM generate_series(1, 10000)`,
          [sourceId],
        ),
      )
      await expect(fill).rejects.toMatchObject({ reason: 'DISK_FULL' })
      await report(database, 'scribe')
      await report(store.database, 'worker')
      expect(await blockerOf(store.database)).toMatchObject({
        code: 'DATABASE_REFUSES',
        reason: 'DISK_FULL',
        who: 'operator',
        message: 'scribe scribe cannot store: the disk of the database is full',
        next: expect.stringContaining('free or add space'),
      })
    } finally {
      await store.rows('ALTER TABLE events SET TABLESPACE pg_default')
      await store.rows(`DROP TABLESPACE ${space}`)
    }
  })

  it('because it has no free connection, says so when processes are missing', () => {
    const facts = { readOnly: false, freeConnections: 0 }
    const both = [
      { role: 'worker', alive: true },
      { role: 'scribe', alive: true },
    ] as const
    expect(databaseProblemOf({ ...facts, processes: both })).toBeNull()
    expect(databaseProblemOf({ ...facts, processes: [both[0]] })).toMatchObject({ message: 'the database has no free connection' })
    expect(databaseProblemOf({ ...facts, freeConnections: 3, processes: [] })).toBeNull()
  })
})
