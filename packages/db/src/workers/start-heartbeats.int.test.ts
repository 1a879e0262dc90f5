import { openTestStore, type TestStore, until } from '@inlet/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { startHeartbeats } from './start-heartbeats.js'
import type { WorkerHeartbeat } from './worker-repository.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

it('reports at once what has changed, not with the next heartbeat', async () => {
  const facts: WorkerHeartbeat = {
    id: 'a scribe',
    role: 'scribe',
    host: 'here',
    pid: 1,
    version: '0',
    concurrency: 1,
    running: 0,
    backpressure: false,
    refuses: 'clock',
    problem: 'its clock has not been compared yet',
    reason: null,
    connectors: [],
  }
  let now = facts
  const reported = async () => (await store.rows<{ refuses: string | null; problem: string | null }>('SELECT refuses, problem FROM workers')).at(0)
  // The next one would come after an hour.
  const heartbeats = startHeartbeats(store.database, () => now, 3_600_000)
  await until(async () => (await reported())?.refuses === 'clock')
  now = { ...facts, refuses: null, problem: null }
  heartbeats.beat()
  await heartbeats.stop()
  expect(await reported()).toEqual({ refuses: null, problem: null })
})
