import { applyBatch, readIndexState } from '@inlet/db'
import { openTestStore, type TestStore, testBatch, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Cluster, type ClusterProcess, createCluster } from '../harness/cluster.js'

let store: TestStore
let cluster: Cluster
let scribe: ClusterProcess
let put: (keys: readonly string[]) => Promise<void>
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  cluster = createCluster({ databaseUrl: store.url })
  const sourceId = await store.addSource()
  const run = await store.lease(sourceId)
  let seq = 0
  put = async (keys) => {
    seq += 1
    await applyBatch(
      store.database,
      testBatch(
        { ...run, seq },
        keys.map((key) => ({ key })),
      ),
    )
  }
  await put(['before'])
})
afterAll(async () => {
  await cluster.close()
  await store.close()
})

const indexed = () => until(async () => (await readIndexState(store.database)).pending === 0, { timeoutMs: 60_000, what: 'the index to follow' })
/** The process ids of all indexers that were started, the last one last. */
const indexers = (): readonly number[] => [...scribe.log().matchAll(/"pid":(\d+)[^\n]*indexer ready/gu)].map(([, pid]) => Number(pid))
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('the indexer of a scribe', () => {
  it('indexes what waits when it starts', async () => {
    expect(await readIndexState(store.database)).toMatchObject({ pending: 1 })
    scribe = await cluster.start('scribe')
    await indexed()
  })

  it('is started again when it dies, and does what it left', async () => {
    const [first] = await until(() => (indexers().length > 0 ? indexers() : null))
    process.kill(first ?? 0, 'SIGKILL')
    await put(['after'])
    await until(() => indexers().length === 2, { timeoutMs: 30_000 })
    await indexed()
    expect(scribe.alive()).toBe(true)
  })

  it('ends with its scribe, also when that is killed', async () => {
    const pid = indexers().at(-1) ?? 0
    expect(isAlive(pid)).toBe(true)
    await scribe.signal('SIGKILL')
    await until(() => !isAlive(pid))
  })
})
