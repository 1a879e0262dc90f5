import { randomUUID } from 'node:crypto'
import {
  beginRotation,
  claimSetting,
  countSealed,
  createSharedCredential,
  createSource,
  findCredential,
  findCredentialById,
  findRotation,
  findSetting,
  insertCall,
  listSealedByOthers,
  replaceSealed,
  SEALED_PLACES,
  storeRenewal,
} from '@inlet/db'
import { createLogger } from '@inlet/observability'
import {
  CANARY_SETTING,
  checkCanary,
  createMasterKeyText,
  type Keyring,
  openSecrets,
  parseKeyring,
  requireKeys,
  rewrapSecrets,
  sealCanary,
  sealSecrets,
} from '@inlet/security'
import { openTestStore, type TestStore } from '@inlet/testing'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { repairSecrets } from './repair-secrets.js'
import { rotateKeys } from './rotate-keys.js'

const [k1, k2] = [createMasterKeyText('k1'), createMasterKeyText('k2')]
const old = parseKeyring(k1)
const both = parseKeyring(`${k2},${k1}`)
const renewed = parseKeyring(k2)
const log = createLogger({ level: 'silent', name: 'test' })

let store: TestStore
beforeEach(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  await claimSetting(store.database, CANARY_SETTING, sealCanary(old))
})
afterEach(() => store.close())

const addSource = async (keyring: Keyring, password = 'canary-own'): Promise<string> => {
  const id = randomUUID()
  const sealedSecrets = sealSecrets(keyring, { ownerId: id, version: 1 }, { password })
  await createSource(store.database, { id, name: id, connector: 'test', config: {}, schedule: null, labels: {}, sealedSecrets }, 'test')
  return id
}
const openOf = async (keyring: Keyring, sourceId: string) => {
  const stored = await findCredential(store.database, sourceId)
  return stored === null ? null : openSecrets(keyring, stored.place, stored.sealed)
}
const keysInUse = async () => new Set((await countSealed(store.database)).map(({ keyId }) => keyId))
const begin = () => beginRotation(store.database, { to: 'k2', total: 1 }, 'test')
const rotateAll = async (keyring = both) => {
  while (await rotateKeys({ database: store.database, keyring, log }));
}

describe('rotating keys', () => {
  it('reseals everything, so that the old key can be removed: credentials, tokens, calls, canary', async () => {
    const sourceId = await addSource(old)
    const [shared, call] = [randomUUID(), randomUUID()]
    const sealed = sealSecrets(old, { ownerId: shared, version: 1 }, { refreshToken: 'r1' })
    await createSharedCredential(store.database, { id: shared, name: 'shared', connector: 'api', sealed }, 'test')
    const token = sealSecrets(old, { ownerId: `${shared}/p`, version: 1 }, { token: 'a1' })
    await storeRenewal(store.database, {
      credentialId: shared,
      expectedVersion: 1,
      secrets: null,
      token: { purpose: 'p', sealed: token, expiresInMs: null },
    })
    const sealedSecrets = sealSecrets(old, { ownerId: call, version: 0 }, { password: 'p' })
    await insertCall(store.database, { id: call, kind: 'check', connector: 'api', config: {}, sealedSecrets, timeoutMs: 60_000 })
    const before = await store.rows<{ version: number; at: Date }>('SELECT version, updated_at AS at FROM credentials ORDER BY id')

    await begin()
    await rotateAll()

    expect(await keysInUse()).toEqual(new Set(['k2']))
    expect(await openOf(renewed, sourceId)).toEqual({ password: 'canary-own' })
    const stored = await findCredentialById(store.database, shared)
    expect(openSecrets(renewed, stored?.place ?? { ownerId: '', version: 0 }, stored?.sealed)).toEqual({ refreshToken: 'r1' })
    const [tokenRow] = await store.rows<{ sealed: unknown }>('SELECT sealed FROM access_tokens')
    expect(openSecrets(renewed, { ownerId: `${shared}/p`, version: 1 }, tokenRow?.sealed)).toEqual({ token: 'a1' })
    const [callRow] = await store.rows<{ sealed: unknown }>('SELECT sealed FROM calls')
    expect(openSecrets(renewed, { ownerId: call, version: 0 }, callRow?.sealed)).toEqual({ password: 'p' })
    expect(checkCanary(renewed, String(await findSetting(store.database, CANARY_SETTING)))).toBe('current')
    expect(await findRotation(store.database)).toMatchObject({ to: 'k2', unreadable: 0, message: null, finishedAt: expect.any(String) })
    // For users of the secrets nothing has changed.
    expect(await store.rows('SELECT version, updated_at AS at FROM credentials ORDER BY id')).toEqual(before)
  })

  it('continues where it was killed, in turns, by several workers at once', async () => {
    for (let n = 0; n < 250; n += 1) await addSource(old, `p${n}`)
    await begin()
    expect(await rotateKeys({ database: store.database, keyring: both, log }, 0)).toBe(true)
    const half = await countSealed(store.database)
    expect(half.find(({ keyId }) => keyId === 'k2')?.count).toBe(100)
    expect((await findRotation(store.database))?.finishedAt).toBeNull()
    // Until everything is done, nothing starts without the old key.
    await expect(requireKeys(renewed, (key) => findSetting(store.database, key))).rejects.toThrow('sealed with key k1, which is not configured')
    await Promise.all([rotateAll(), rotateAll(), rotateAll()])
    expect(await countSealed(store.database)).toEqual([{ keyId: 'k2', table: 'credentials', count: 250 }])
    await requireKeys(renewed, (key) => findSetting(store.database, key))
  })

  it('leaves alone what was changed between being read and being written', async () => {
    const id = await addSource(old)
    const [text] = await listSealedByOthers(store.database, {
      in: SEALED_PLACES[0],
      keyId: 'k2',
      afterId: '00000000-0000-0000-0000-000000000000',
      limit: 1,
    })
    const changed = sealSecrets(both, { ownerId: id, version: 2 }, { password: 'new' })
    await store.database.pool.query('UPDATE credentials SET sealed = $2, version = 2 WHERE source_id = $1', [id, JSON.stringify(changed)])
    const after = rewrapSecrets(both, { ownerId: id, version: 1 }, text?.sealed)
    expect(await replaceSealed(store.database, SEALED_PLACES[0], [{ id: text?.id ?? '', before: text?.sealed, after }])).toBe(0)
    expect(await openOf(renewed, id)).toEqual({ password: 'new' })
  })

  it('reports when a worker has other keys, and waits', async () => {
    const id = await addSource(old)
    await begin()
    await rotateAll(old)
    expect(await findRotation(store.database)).toMatchObject({
      finishedAt: null,
      message: 'a worker has the primary key k1 instead of k2: give all processes the same keys',
    })
    expect(await openOf(old, id)).toEqual({ password: 'canary-own' })
    await rotateAll(both)
    expect(await findRotation(store.database)).toMatchObject({ finishedAt: expect.any(String), message: null })
  })

  it('keeps what it cannot decrypt, and reports it', async () => {
    const [good, lost] = [await addSource(old), await addSource(parseKeyring(createMasterKeyText('k0')))]
    await begin()
    await rotateAll()
    const message = '1 texts cannot be opened with the configured keys and were left as they are'
    expect(await findRotation(store.database)).toMatchObject({ unreadable: 1, finishedAt: expect.any(String), message })
    expect(await openOf(renewed, good)).toEqual({ password: 'canary-own' })
    await expect(openOf(both, lost)).rejects.toMatchObject({ reason: 'SECRET_UNREADABLE', message: expect.stringContaining('key k0') })
    await requireKeys(renewed, (key) => findSetting(store.database, key))
  })

  it('leaves the canary to the old key while anything needs it', async () => {
    // Under the id of the old key, but not sealed with it.
    await addSource(parseKeyring(createMasterKeyText('k1')))
    await begin()
    await rotateAll()
    expect(checkCanary(both, String(await findSetting(store.database, CANARY_SETTING)))).toBe('old_key')
  })

  it('can be requested once while it runs, and again afterwards', async () => {
    await begin()
    const first = await findRotation(store.database)
    await begin()
    expect(await findRotation(store.database)).toEqual(first)
    await rotateAll()
    await begin()
    expect(await findRotation(store.database)).toMatchObject({ finishedAt: null })
    expect(await store.rows(`SELECT 1 AS x FROM audit WHERE action = 'encryption.rotate'`)).toHaveLength(2)
  })

  it('knows every column that holds sealed texts', async () => {
    const columns = await store.rows<{ table: string; column: string }>(
      `SELECT table_name AS table, column_name AS column FROM information_schema.columns
       WHERE table_schema = 'public' AND (column_name LIKE '%sealed%' OR column_name LIKE '%secret%') AND data_type = 'jsonb' ORDER BY 1`,
    )
    expect(columns).toEqual([...SEALED_PLACES].map(({ table }) => ({ table, column: 'sealed' })).sort((a, b) => (a.table < b.table ? -1 : 1)))
  })
})

describe('repairing secrets', () => {
  it('continues a rotation whose job was lost, and restarts sources when their key is back', async () => {
    const [id, other] = [await addSource(old), await addSource(old)]
    await store.database.pool.query(
      `UPDATE sources SET status = 'ERROR', status_reason = CASE WHEN id = $1 THEN 'SECRET_UNREADABLE' ELSE 'AUTH_FAILED' END`,
      [id],
    )
    await begin()
    const jobs: string[] = []
    const keep = (keyring: Keyring) =>
      repairSecrets({ database: store.database, keyring, log, queues: { enqueueRotation: async () => void jobs.push('rotate') } })
    expect(await keep(renewed)).toEqual({ repaired: 0 })
    expect(await keep(both)).toEqual({ repaired: 1 })
    expect(jobs).toEqual(['rotate', 'rotate'])
    const rows = await store.rows<{ id: string; status: string; due: boolean }>('SELECT id, status, restart_at IS NOT NULL AS due FROM sources')
    expect(new Map(rows.map((row) => [row.id, [row.status, row.due]]))).toEqual(
      new Map([
        [id, ['ACTIVE', true]],
        [other, ['ERROR', false]],
      ]),
    )
  })
})
