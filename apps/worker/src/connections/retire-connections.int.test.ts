import type { Connector, ConnectorContext } from '@inlet/connector-sdk'
import { findLiveConnections, listenToSources, updateSource } from '@inlet/db'
import { openTestStore, type TestStore, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createConnectionPool } from './connection-pool.js'
import { createConnectionRetirer } from './retire-connections.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

/** Starts the relevant parts of a worker: its pool and its listener. */
const startWorker = async () => {
  const closed: string[] = []
  const connections = createConnectionPool({ idleMs: 600_000, onCloseError: () => {} })
  let heard = 0
  const retire = createConnectionRetirer({ connections, findLive: (ids) => findLiveConnections(store.database, ids), onError: () => {} })
  const onChange = (id: string | null): void => {
    heard += 1
    retire(id)
  }
  const listener = listenToSources({ url: store.url, onChange, onError: () => {} })
  await until(async () => heard > 0)
  const use = async (sourceId: string, work: () => Promise<void> = async () => {}): Promise<void> => {
    const live = (await findLiveConnections(store.database, [sourceId])).get(sourceId)
    if (live === undefined) throw new Error('no such source')
    const key = { sourceId, versionId: live.versionId, generation: live.generation, knowsRecords: true, credential: null }
    const connection = { [Symbol.asyncDispose]: async () => void closed.push(key.versionId) }
    // Nothing of the connector is used.
    const pooled = { connector: {} as Connector, context: {} as ConnectorContext, connection }
    await connections.use(key, async () => pooled, work)
  }
  return {
    closed,
    connections,
    use,
    stop: async () => {
      await listener.close()
      await connections.close()
    },
  }
}

const publish = async (sourceId: string, n: number): Promise<void> =>
  void (await updateSource(store.database, { sourceId, expectedRevision: null, config: { n }, actor: 'test' }))

describe('connections of versions that are no longer live', () => {
  it('are closed on every worker as soon as the change is committed, while those of other sources stay open', async () => {
    const workers = [await startWorker(), await startWorker()]
    const [changed, other] = [await store.addSource(), await store.addSource()]
    for (const worker of workers) for (const id of [changed, other]) await worker.use(id)
    expect(workers.map(({ connections }) => connections.size)).toEqual([2, 2])
    await publish(changed, 2)
    await until(async () => workers.every(({ closed }) => closed.length === 1))
    for (const { connections } of workers) expect([...connections.sourceIds()]).toEqual([other])
    await Promise.all(workers.map(({ stop }) => stop()))
  })

  it('serve the run that uses them until its end', async () => {
    const worker = await startWorker()
    const sourceId = await store.addSource()
    let finish = (): void => {}
    const running = worker.use(sourceId, () => new Promise((resolve) => (finish = resolve)))
    await until(async () => worker.connections.size === 1)
    await publish(sourceId, 2)
    await until(async () => worker.connections.size === 0)
    expect(worker.closed).toEqual([])
    finish()
    await running
    expect(worker.closed).toHaveLength(1)
    await worker.stop()
  })

  it('are looked up again if the listener was unavailable during the change', async () => {
    const worker = await startWorker()
    const sourceId = await store.addSource()
    await worker.use(sourceId)
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'inlet-listen' AND datname = current_database()`
    await Promise.all([store.rows(cut), publish(sourceId, 2)])
    await until(async () => worker.closed.length === 1)
    expect(worker.connections.size).toBe(0)
    await worker.stop()
  })
})
