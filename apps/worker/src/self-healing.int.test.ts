import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createMasterKeyText, parseKeyring, sealSecrets } from '@inlet/security'
import { runSql, startPostgres, type TestStore, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ingestion, startIngestion } from '../testing/start-ingestion.js'

const keyring = parseKeyring(createMasterKeyText('k1'))
const PASSWORD = 'correct-horse-battery'
const directory = mkdtempSync(path.join(tmpdir(), 'inlet-healing-'))
let ingestion: Ingestion
let store: TestStore
let server: Awaited<ReturnType<typeof startPostgres>>

beforeAll(async () => {
  server = await startPostgres({ directory, durable: false, maxConnections: 20, password: 'admin-password' })
  await runSql(
    server.url('postgres'),
    `CREATE ROLE reader LOGIN PASSWORD 'another-one'; CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO PUBLIC; CREATE TABLE app.t (id int PRIMARY KEY);
     INSERT INTO app.t VALUES (1), (2); GRANT SELECT ON app.t TO PUBLIC`,
  )
  ingestion = await startIngestion({ keyring, config: { INLET_EGRESS_ALLOW: ['127.0.0.1'] } })
  ;({ store } = ingestion)
})
afterAll(async () => {
  await ingestion.close()
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

const sourceIn = (id: string, status: string) =>
  until(() => store.database.prisma.source.findUnique({ where: { id, status } }), { timeoutMs: 60_000 })
const recheckAfter = (sourceId: string, at: Date | null) =>
  until(() => store.database.prisma.recheck.findFirst({ where: { sourceId, checkedAt: at === null ? { not: null } : { gt: at } } }), {
    timeoutMs: 60_000,
  })
const bringForward = (sourceId: string) => store.rows('UPDATE rechecks SET due_at = now() WHERE source_id = $1', [sourceId])

describe('a source whose password was wrong', () => {
  it('continues by itself once the password is correct on the other side', async () => {
    const id = randomUUID()
    const config = {
      host: '127.0.0.1',
      port: server.port,
      database: 'postgres',
      user: 'reader',
      tls: { mode: 'disable' },
      schemas: ['app'],
    }
    const sealedSecrets = sealSecrets(keyring, { ownerId: id, version: 1 }, { password: PASSWORD })
    await ingestion.addSource('postgres', { id, config, sealedSecrets })
    await ingestion.startRun(id)
    expect(await sourceIn(id, 'ERROR')).toMatchObject({ statusReason: 'AUTH_FAILED' })

    await bringForward(id)
    const first = await recheckAfter(id, null)
    expect(first).toMatchObject({ reason: 'AUTH_FAILED', failures: 2 })
    expect(first.dueAt.getTime() - (first.checkedAt?.getTime() ?? 0)).toBeGreaterThan(4 * 60_000)
    expect(await store.rows('SELECT FROM runs WHERE source_id = $1', [id])).toHaveLength(1)

    await runSql(server.url('postgres'), `ALTER ROLE reader PASSWORD '${PASSWORD}'`)
    await bringForward(id)
    expect(await sourceIn(id, 'ACTIVE')).toMatchObject({ lastOutcome: 'ok', statusReason: null, consecutiveFailures: 0 })
    expect(await store.rows('SELECT FROM records WHERE source_id = $1', [id])).toHaveLength(2)
    const events = await store.rows<{ message: string }>(
      `SELECT message FROM events WHERE source_id = $1 AND type = 'source.rechecked' ORDER BY id`,
      [id],
    )
    expect(events.map(({ message }) => message)).toEqual([
      expect.stringContaining('AUTH_FAILED') as string,
      'checked again: it works; it is read again',
    ])
  }, 180_000)
})
