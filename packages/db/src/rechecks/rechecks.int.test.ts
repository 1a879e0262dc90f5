import { REASONS, type Reason } from '@inlet/domain'
import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { actOnSource } from '../lifecycle/act-on-source.js'
import { finishRun } from '../runs/end-run.js'
import { gatherWhyFacts } from '../why/gather-why-facts.js'
import { claimRechecks } from './claim-rechecks.js'
import { recordRecheck } from './record-recheck.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterEach(() => store.rows('DELETE FROM rechecks'))
afterAll(() => store.close())

/** Ends a run of the source, with this reason or successfully. */
const run = async (sourceId: string, reason: Reason | null): Promise<void> => {
  const { runId, epoch } = await store.lease(sourceId)
  const failure = reason === null ? undefined : { code: REASONS[reason].code, reason, message: 'refused', next: '' }
  await finishRun(store.database, { runId, epoch, failure, streams: [{ name: 'main' }], provedUnchanged: true, listened: true })
}
const stopped = async (reason: Reason = 'AUTH_FAILED'): Promise<string> => {
  const sourceId = await store.addSource()
  await run(sourceId, reason)
  return sourceId
}
const rows = (sourceId: string) =>
  store.rows<{ failures: number; minutes: number; reason: string | null }>(
    'SELECT failures, extract(epoch FROM due_at - now())::float8 / 60 AS minutes, reason FROM rechecks WHERE source_id = $1',
    [sourceId],
  )
const bringForward = () => store.rows(`UPDATE rechecks SET due_at = now() - interval '1 second'`)
const claim = () => claimRechecks(store.database, 10)
const versionOf = async (sourceId: string): Promise<string> =>
  (await store.database.prisma.source.findUniqueOrThrow({ where: { id: sourceId } })).versionId ?? ''
const record = async (sourceId: string, reason: string | null) =>
  recordRecheck(store.database, {
    sourceId,
    versionId: await versionOf(sourceId),
    failure: reason === null ? null : { reason, message: 'still refused' },
  })
const statusOf = async (sourceId: string) => (await store.database.prisma.source.findUniqueOrThrow({ where: { id: sourceId } })).status

describe('a source that has stopped', () => {
  it('is checked within minutes, once at a time, and later after each failed check', async () => {
    const sourceId = await stopped()
    const [first] = await rows(sourceId)
    expect(first?.failures).toBe(1)
    expect(first?.minutes).toBeGreaterThan(2.4)
    expect(first?.minutes).toBeLessThan(5.1)
    expect(await claim()).toEqual([])
    await bringForward()
    const claims = await Promise.all([claim(), claim(), claim()])
    expect(claims.flat()).toEqual([{ sourceId, versionId: await versionOf(sourceId), connector: 'test', config: {} }])
    for (let n = 2; n <= 12; n += 1) expect(await record(sourceId, 'UNREACHABLE')).toBeNull()
    const [last] = await rows(sourceId)
    expect(last).toMatchObject({ failures: 12, reason: 'UNREACHABLE' })
    expect(last?.minutes).toBeGreaterThan(12 * 60 - 1)
    expect(last?.minutes).toBeLessThan(24 * 60 + 1)
    expect((await gatherWhyFacts(store.database, sourceId))?.recheck).toMatchObject({ reason: 'UNREACHABLE', message: 'still refused' })
  })

  it('is read again when a check passes, and leaves ERROR when that run succeeds', async () => {
    const sourceId = await stopped()
    const runId = await record(sourceId, null)
    expect(runId).toMatch(/-/)
    expect(await statusOf(sourceId)).toBe('ERROR')
    // The check did not see what is wrong, so the next one comes later.
    await run(sourceId, 'PERMISSION_DENIED')
    expect(await rows(sourceId)).toMatchObject([{ failures: 2 }])
    expect(await record(sourceId, null)).toMatch(/-/)
    await run(sourceId, 'UNREACHABLE')
    expect(await rows(sourceId)).toMatchObject([{ failures: 3 }])
    expect(await statusOf(sourceId)).toBe('ERROR')
    await record(sourceId, null)
    await run(sourceId, null)
    expect(await statusOf(sourceId)).toBe('ACTIVE')
    expect(await rows(sourceId)).toEqual([])
    await run(sourceId, 'AUTH_FAILED')
    expect(await rows(sourceId)).toMatchObject([{ failures: 1 }])
  })

  it('is left alone when a person paused or stopped it, while it runs, and when it stopped for another reason', async () => {
    const paused = await stopped()
    await actOnSource(store.database, { sourceId: paused, action: 'pause', actor: 'test' })
    const halted = await stopped()
    await actOnSource(store.database, { sourceId: halted, action: 'stop', actor: 'test' })
    const resumed = await stopped()
    await actOnSource(store.database, { sourceId: resumed, action: 'resume', actor: 'test' })
    const running = await stopped()
    await store.lease(running)
    const failing = await stopped('UPSTREAM_INVALID')
    await bringForward()
    expect(await claim()).toEqual([])
    for (const sourceId of [paused, halted, resumed, failing]) {
      expect(await record(sourceId, null)).toBeNull()
      expect((await gatherWhyFacts(store.database, sourceId))?.recheck).toBeNull()
    }
    expect(await statusOf(paused)).toBe('PAUSED')
  })
})
