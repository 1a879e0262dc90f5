import type { LeasedRun } from '@inlet/db'
import { until } from '@inlet/testing'
import { describe, expect, it } from 'vitest'
import { createBacklog } from '../writing/backlog.js'
import { startLeaseRenewal } from './lease-renewal.js'
import { listen } from './wait-policy.js'

const run = { runId: 'r', sourceId: 's', epoch: 1, generation: 1, credential: null } as LeasedRun
const progress = () => ({ recordsRead: 1, forwardedBatches: 2, forwardedBytes: 3, progress: {} })

/** Creates a lease whose database answers as the test says; `null` never answers. */
const setUp = (answer: () => object | null, leaseTtlMs = 600) => {
  let heartbeats = 0
  const backlog = createBacklog(100)
  const query = () => {
    heartbeats += 1
    const row = answer()
    return row === null ? new Promise<never>(() => {}) : Promise.resolve({ rows: [row] })
  }
  const lease = startLeaseRenewal({ database: { pool: { query } } as never, backlog, leaseTtlMs }, run, progress)
  return { lease, backlog, heartbeats: () => heartbeats }
}
const held = { held: true, renewed: true, cancel: false, backlog: '0' }

describe('startLeaseRenewal', () => {
  it('renews while all is well, and reports the backlog', async () => {
    const { lease, backlog, heartbeats } = setUp(() => ({ ...held, backlog: '101' }))
    await until(() => heartbeats() >= 5)
    expect([lease.signal.aborted, backlog.full]).toEqual([false, true])
    await lease.stop()
  })
  it('stops the work when another worker has the lease', async () => {
    const { lease } = setUp(() => ({ ...held, held: false }))
    await until(() => lease.signal.aborted)
    expect(lease.signal.reason).toMatchObject({ reason: 'LEASE_LOST' })
    await lease.stop()
  })
  it('stops the work when the lease stays locked and so is not renewed', async () => {
    const { lease } = setUp(() => ({ ...held, renewed: false }))
    await until(() => lease.signal.aborted)
    expect(lease.signal.reason).toMatchObject({ reason: 'LEASE_LOST' })
    await lease.stop()
  })
  it('stops the work when the run was cancelled', async () => {
    const { lease } = setUp(() => ({ ...held, cancel: true }))
    await until(() => lease.signal.aborted)
    expect(lease.signal.reason).toMatchObject({ reason: 'CANCELLED' })
    await lease.stop()
  })
  it('stops the work when the database does not respond in time', async () => {
    const { lease } = setUp(() => null)
    await until(() => lease.signal.aborted)
    expect(lease.signal.reason).toMatchObject({ reason: 'LEASE_LOST' })
  })
  it('continues after a failed heartbeat if the next one is in time', async () => {
    let n = 0
    const { lease, heartbeats } = setUp(() => {
      n += 1
      if (n === 1) throw new Error('away')
      return held
    }, 6_000)
    await until(() => heartbeats() >= 2)
    expect(lease.signal.aborted).toBe(false)
    await lease.stop()
  })
  it('notifies a listening run when the source wants something else, and lets the work continue', async () => {
    const { lease } = setUp(() => ({ ...held, outdated: true }))
    const listening = listen(lease.outdated, 600_000)
    await until(() => listening.until.aborted)
    expect(lease.signal.aborted).toBe(false)
    listening.stop()
    const late = listen(lease.outdated, 600_000)
    expect(late.until.aborted).toBe(true)
    late.stop()
    await lease.stop()
  })
  it('lets a run listen for a while', async () => {
    const listening = listen(new AbortController().signal, 5)
    await until(() => listening.until.aborted)
    listening.stop()
    expect(listening.until.aborted).toBe(true)
  })
})
