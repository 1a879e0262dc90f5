import type { LeasedRun } from '@inlet/db'
import { until } from '@inlet/testing'
import { describe, expect, it } from 'vitest'
import { createBacklogGate } from './backlog-gate.js'
import { createLeaseKeeper } from './lease-keeper.js'
import { listen } from './listen.js'

const run = { runId: 'r', sourceId: 's', epoch: 1, generation: 1, credential: null } as LeasedRun
const progress = () => ({ recordsRead: 1, forwardedBatches: 2, forwardedBytes: 3, progress: {} })

/** A keeper whose database answers as the test says; `null` never answers. */
const setUp = (answer: () => object | null, leaseTtlMs = 600) => {
  let beats = 0
  const gate = createBacklogGate(100)
  const query = () => {
    beats += 1
    const row = answer()
    return row === null ? new Promise<never>(() => {}) : Promise.resolve({ rows: [row] })
  }
  const keeper = createLeaseKeeper({ database: { pool: { query } } as never, gate, leaseTtlMs }, run, progress)
  return { keeper, gate, beats: () => beats }
}
const held = { held: true, renewed: true, cancel: false, backlog: '0' }

describe('createLeaseKeeper', () => {
  it('renews while all is well, and reports the backlog', async () => {
    const { keeper, gate, beats } = setUp(() => ({ ...held, backlog: '101' }))
    await until(() => beats() >= 5)
    expect([keeper.signal.aborted, gate.closed]).toEqual([false, true])
    await keeper.stop()
  })
  it('stops the work when another worker has the lease', async () => {
    const { keeper } = setUp(() => ({ ...held, held: false }))
    await until(() => keeper.signal.aborted)
    expect(keeper.signal.reason).toMatchObject({ reason: 'LEASE_LOST' })
    await keeper.stop()
  })
  it('stops the work by itself when the lease stays locked and so is not renewed', async () => {
    const { keeper } = setUp(() => ({ ...held, renewed: false }))
    await until(() => keeper.signal.aborted)
    expect(keeper.signal.reason).toMatchObject({ reason: 'LEASE_LOST' })
    await keeper.stop()
  })
  it('stops the work when somebody cancelled', async () => {
    const { keeper } = setUp(() => ({ ...held, cancel: true }))
    await until(() => keeper.signal.aborted)
    expect(keeper.signal.reason).toMatchObject({ reason: 'CANCELLED' })
    await keeper.stop()
  })
  it('stops the work by itself when the database does not answer in time', async () => {
    const { keeper } = setUp(() => null)
    await until(() => keeper.signal.aborted)
    expect(keeper.signal.reason).toMatchObject({ reason: 'LEASE_LOST' })
  })
  it('goes on after a failed beat if the next one is in time', async () => {
    let n = 0
    const { keeper, beats } = setUp(() => {
      n += 1
      if (n === 1) throw new Error('away')
      return held
    }, 6_000)
    await until(() => beats() >= 2)
    expect(keeper.signal.aborted).toBe(false)
    await keeper.stop()
  })
  it('tells a run that listens when the source wants something else, and lets the work go on', async () => {
    const { keeper } = setUp(() => ({ ...held, outdated: true }))
    const listening = listen(keeper.outdated, 600_000)
    await until(() => listening.until.aborted)
    expect(keeper.signal.aborted).toBe(false)
    listening.stop()
    const late = listen(keeper.outdated, 600_000)
    expect(late.until.aborted).toBe(true)
    late.stop()
    await keeper.stop()
  })
  it('lets a run listen for a while', async () => {
    const listening = listen(new AbortController().signal, 5)
    await until(() => listening.until.aborted)
    listening.stop()
    expect(listening.until.aborted).toBe(true)
  })
})
