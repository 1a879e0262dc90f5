import { randomUUID } from 'node:crypto'
import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { writeAudit } from './write-audit.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const actionsOn = async (targetId: string): Promise<readonly string[]> =>
  (await store.rows<{ action: string }>('SELECT action FROM audit WHERE target_id = $1 ORDER BY id', [targetId])).map(({ action }) => action)

const audit = (targetId: string) => ({ actor: 'key:k1', action: 'source.pause', targetType: 'source', targetId }) as const

it('keeps an audit row exactly when the change it describes is kept', async () => {
  const [kept, undone] = [randomUUID(), randomUUID()]
  await store.database.transaction((client) => writeAudit(client, audit(kept)))
  await expect(
    store.database.transaction(async (client) => {
      await writeAudit(client, audit(undone))
      throw new Error('the change failed')
    }),
  ).rejects.toThrow('the change failed')
  expect([await actionsOn(kept), await actionsOn(undone)]).toEqual([['source.pause'], []])
})

it.each([
  ['changed', `UPDATE audit SET actor = 'system' WHERE target_id = $1`],
  ['removed', 'DELETE FROM audit WHERE target_id = $1'],
])('refuses that an audit row is %s', async (_what, statement) => {
  const target = randomUUID()
  await store.database.transaction((client) => writeAudit(client, audit(target)))
  await expect(store.rows(statement, [target])).rejects.toThrow('the audit trail is append-only')
  expect(await actionsOn(target)).toEqual(['source.pause'])
})
