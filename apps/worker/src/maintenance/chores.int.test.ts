import { createLogger } from '@inlet/observability'
import { openTestStore, type TestStore, until } from '@inlet/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type Chore, startChores } from './chores.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

it('starts a chore that asks for a pause in no process before the pause is over, and others as often as allowed', async () => {
  const done: string[] = []
  const choreOf = (name: string, restMs: number): Chore => ({
    name,
    everyMs: 0,
    work: async () => {
      done.push(name)
      return restMs
    },
  })
  const deps = {
    database: store.database,
    metrics: { countMaintenanceFailure: () => {} },
    log: createLogger({ level: 'fatal', name: 'test' }),
    lookMs: 10,
  }
  const stops = ['one', 'two'].map((holder) => startChores({ ...deps, holder }, [choreOf('rests', 3_600_000), choreOf('goes on', 0)]))
  await until(() => done.filter((name) => name === 'goes on').length >= 10)
  await Promise.all(stops.map((stop) => stop()))
  expect(done.filter((name) => name === 'rests')).toEqual(['rests'])
})
