import { FAILURE_CODES, type FailureCode } from '@inlet/domain'
import { openTestStore, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { actOnSource } from '../lifecycle/act-on-source.js'
import { finishRun, type RunEnd } from './end-run.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const sourceRow = (id: string) => store.database.prisma.source.findUniqueOrThrow({ where: { id } })
const failureOf = (code: FailureCode) => ({ code, reason: 'UNREACHABLE', message: 'it failed', next: 'look' })
const failed = async (sourceId: string, code: FailureCode) => {
  const run = await store.lease(sourceId)
  return finishRun(store.database, { runId: run.runId, epoch: run.epoch, failure: failureOf(code) })
}

describe('finishRun', () => {
  it.each(Object.keys(FAILURE_CODES) as FailureCode[])('sets the status of the source after %s', async (code) => {
    const sourceId = await store.addSource()
    const outcome = await failed(sourceId, code)
    const source = await sourceRow(sourceId)
    const stops = FAILURE_CODES[code].retry === 'never'
    const expected = code === 'cancelled' ? ['cancelled', 'ACTIVE', false, 0] : ['failed', stops ? 'ERROR' : 'ACTIVE', !stops, 1]
    expect([outcome, source.status, source.restartAt !== null, source.consecutiveFailures]).toEqual(expected)
    expect(source).toMatchObject({ lastErrorReason: 'UNREACHABLE', lastErrorMessage: 'it failed' })
  })

  it.each<[string, Omit<RunEnd, 'runId' | 'epoch'>, number, string]>([
    ['new records', { streams: [{ name: 'main' }] }, 1, 'ok'],
    ['nothing, from a source that proved it', { streams: [{ name: 'main' }], provedUnchanged: true }, 0, 'suspect_empty'],
    ['a stream that failed', { streams: [{ name: 'main' }, { name: 'b', error: failureOf('transient') }] }, 1, 'partial'],
    ['all streams failed', { streams: [{ name: 'main', error: failureOf('permission_denied') }] }, 0, 'failed'],
    ['nothing at all', { streams: [{ name: 'main' }] }, 0, 'suspect_empty'],
  ])('%s', async (_title, end, records, outcome) => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    if (records > 0) await applyBatch(store.database, testBatch({ ...run, seq: 1 }, [{ key: 'a' }]))
    expect(await finishRun(store.database, { runId: run.runId, epoch: run.epoch, ...end })).toBe(outcome)
  })

  it('is partial when too much was guessed or left out, and keeps the warnings of a sweep', async () => {
    const caveats = { READ_IN_PART: { count: 1, of: 9, examples: ['a.xml'] }, ENCODING_GUESSED: { count: 9, of: 9, examples: [] } }
    const run = await store.lease(await store.addSource())
    await store.rows(`UPDATE runs SET progress = '{"warnings":[{"reason":"MASS_DELETE_REFUSED","message":"x"}]}' WHERE id = $1 RETURNING 1`, [
      run.runId,
    ])
    expect(await finishRun(store.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }], caveats })).toBe('partial')
    const [row] = await store.rows<{ progress: object }>('SELECT progress FROM runs WHERE id = $1', [run.runId])
    expect(row?.progress).toEqual({
      caveats,
      warnings: [
        { reason: 'MASS_DELETE_REFUSED', message: 'x' },
        { reason: 'READ_IN_PART', message: '1 of 9 documents were read only in part: a.xml' },
      ],
    })
  })

  it('ends a run once: the lease is free, nothing is left of the sweep, a second end changes nothing', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    await applyBatch(store.database, testBatch({ ...run, seq: 1, swept: ['main'] }, [{ key: 'a' }]))
    expect(await store.rows('SELECT FROM sweep_seen WHERE run_id = $1', [run.runId])).toHaveLength(1)
    expect(await finishRun(store.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })).toBe('ok')
    expect(await finishRun(store.database, { runId: run.runId, epoch: run.epoch, failure: failureOf('internal') })).toBeNull()
    expect(await store.rows('SELECT FROM sweep_seen WHERE run_id = $1', [run.runId])).toEqual([])
    expect(await store.rows('SELECT run_id, holder FROM leases WHERE source_id = $1', [sourceId])).toEqual([{ run_id: null, holder: null }])
    expect(await sourceRow(sourceId)).toMatchObject({ lastOutcome: 'ok', lastRunId: run.runId, consecutiveFailures: 0 })
  })

  it('fails a run with a refused batch, even if its worker never noticed', async () => {
    const run = await store.lease(await store.addSource())
    await applyBatch(store.database, testBatch({ ...run, seq: 1 }, [{ key: 'a' }]))
    await applyBatch(store.database, testBatch({ ...run, seq: 1 }, [{ key: 'b' }]))
    expect(await finishRun(store.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })).toBe('failed')
    expect(await store.database.prisma.run.findUniqueOrThrow({ where: { id: run.runId } })).toMatchObject({ errorReason: 'BATCH_MISMATCH' })
  })

  it('leaves a source paused if its owner paused it meanwhile', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    await actOnSource(store.database, { sourceId, action: 'pause', actor: 'test' })
    await finishRun(store.database, { runId: run.runId, epoch: run.epoch, failure: failureOf('auth_failed') })
    expect(await sourceRow(sourceId)).toMatchObject({ status: 'PAUSED', lastErrorReason: 'UNREACHABLE' })
  })

  it('makes a source active again after a successful run', async () => {
    const sourceId = await store.addSource()
    await failed(sourceId, 'auth_failed')
    await failed(sourceId, 'transient')
    expect(await sourceRow(sourceId)).toMatchObject({ status: 'ERROR', consecutiveFailures: 2, restartAt: null })
    const run = await store.lease(sourceId)
    await applyBatch(store.database, testBatch({ ...run, seq: 1 }, [{ key: 'a' }]))
    await finishRun(store.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
    expect(await sourceRow(sourceId)).toMatchObject({ status: 'ACTIVE', statusReason: null, consecutiveFailures: 0 })
  })
})
