import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { hasNews, reportIncidents } from './report-incidents.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const report = () => reportIncidents(store.database, { one: () => '{}', digest: () => '{}', group: () => '{}' })

describe('whether there is news', () => {
  it('follows what happens to sources and messages, until a pass has processed it', async () => {
    const sourceId = await store.addSource()
    expect(await hasNews(store.database)).toBe(false)
    for (const change of [
      `status = 'ERROR', status_reason = 'FORBIDDEN'`,
      `status_reason = 'UNAUTHORIZED'`,
      `status = 'ACTIVE', last_outcome = 'ok'`,
      'stale_since = now(), fresh_within_seconds = 1',
      `status = 'PAUSED'`,
    ]) {
      await store.rows(`UPDATE sources SET ${change} WHERE id = $1`, [sourceId])
      expect([change, await hasNews(store.database)]).toEqual([change, true])
      await report()
      expect([change, await hasNews(store.database)]).toEqual([change, false])
    }
    const [target] = await store.rows<{ id: string }>(
      `INSERT INTO notification_targets (name, url, sealed) VALUES ('t', 'https://example.com', '{}') RETURNING id`,
    )
    await store.rows(`INSERT INTO notification_deliveries (target_id, event, body) VALUES ($1, 'test', '{}')`, [target?.id])
    expect(await hasNews(store.database)).toBe(true)
  })
})
