import { createMasterKeyText, parseKeyring } from '@inlet/security'
import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { ensureAdminKey } from './admin-key.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

it('creates a key once, and neither another one nor a change when the database was sealed with other master keys', async () => {
  const folder = {
    settings: { postgresPassword: '', encryptionKeys: '' } as { postgresPassword: string; encryptionKeys: string; adminKey?: string },
    update: (changes: object) => void Object.assign(folder.settings, changes),
  }
  const keyring = parseKeyring(createMasterKeyText('k1'))
  const ensure = (keys = keyring) => ensureAdminKey({ folder, databaseUrl: store.url, keyring: keys })
  const made = await ensure()
  expect([made.isKeyNew, folder.settings.adminKey]).toEqual([true, made.adminKey])
  expect(await ensure()).toEqual({ adminKey: made.adminKey, isKeyNew: false })
  for (const id of ['k1', 'k2']) await expect(ensure(parseKeyring(createMasterKeyText(id)))).rejects.toThrow(/INLET_ENCRYPTION_KEYS/u)
  expect(folder.settings.adminKey).toBe(made.adminKey)
  expect(await store.rows('SELECT count(*)::int AS n FROM api_keys')).toEqual([{ n: 1 }])
  expect(await ensure()).toEqual({ adminKey: made.adminKey, isKeyNew: false })
})
