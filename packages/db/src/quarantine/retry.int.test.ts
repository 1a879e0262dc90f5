import { type BatchEnvelope, batchHash, canonicalJson, keyHash, sha256Hex } from '@inlet/domain'
import { openTestStore, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { finishRun } from '../runs/end-run.js'
import { acquireLease, type LeasedRun } from '../runs/lease.js'
import { dropQuarantine, dropQuarantined } from './drop-quarantined.js'
import { listRetries, type Retry } from './list-retries.js'
import { createRetryRuns, retryQuarantine, retryQuarantined } from './retry-quarantined.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

interface Row {
  readonly id: string
  readonly key: string
  readonly state: string
  readonly outcome: string | null
  readonly reason: string
  readonly attempts: number
}
const rowsOf = (sourceId: string) =>
  store.rows<Row>('SELECT id, key, state, outcome, reason, attempts FROM quarantine WHERE source_id = $1 ORDER BY id', [sourceId])
const valuesOf = async (sourceId: string) =>
  Object.fromEntries(
    (
      await store.rows<{ key: string; v: unknown }>(`SELECT key, data->'v' AS v FROM records WHERE source_id = $1 AND deleted_at IS NULL`, [sourceId])
    ).map(({ key, v }) => [key, v]),
  )

/** Builds a batch from lines as a worker packs them. */
const seal = (
  place: { runId: string; sourceId: string; epoch: number; seq: number },
  lines: readonly object[],
  more: Partial<BatchEnvelope> = {},
): BatchEnvelope => {
  const counts = { u: 0, d: 0, n: 0, q: 0 }
  for (const line of lines) counts[(line as { o: 'u' | 'd' | 'n' | 'q' }).o] += 1
  const payload = Buffer.from(`[${lines.map((line) => JSON.stringify(line)).join(',\n')}]`)
  return { ...testBatch(place, []), counts, payload, bytes: payload.length, sha256: batchHash(payload, more.effects), ...more }
}
const bad = (key: string, v: unknown) => ({
  s: 'main',
  k: key,
  h: keyHash(key),
  o: 'q',
  r: 'MAPPING_FAILED',
  m: 'no',
  raw: '{}',
  rec: canonicalJson({ stream: 'main', key, kind: 'row', data: { v } }),
})
const good = ({ id, epoch, seq, record }: Retry) => {
  const { key, data } = JSON.parse(record) as { key: string; data: object }
  return { s: 'main', k: key, h: keyHash(key), o: 'u', c: sha256Hex(canonicalJson(data)), kind: 'row', data, qid: id, qe: epoch, qs: seq }
}

/** Creates a source in whose first run these records were quarantined. */
const quarantine = async (entries: readonly object[]) => {
  const sourceId = await store.addSource()
  const run = await store.lease(sourceId)
  await applyBatch(store.database, seal({ ...run, seq: 1 }, entries))
  return { sourceId, run }
}
const end = (run: LeasedRun) => finishRun(store.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
const lease = async (runId: string): Promise<LeasedRun> => {
  const taken = await acquireLease(store.database, { runId, holder: 'w', ttlMs: 60_000 })
  if (!taken.taken) throw new Error(taken.because)
  return taken.run
}
const waiting = (sourceId: string) => listRetries(store.database, { sourceId, afterId: '0', limit: 100, maxBytes: 1_000_000 })
const retryBatch = (run: LeasedRun, seq: number, retries: readonly Retry[], lines: readonly object[] = retries.map(good)) =>
  seal({ ...run, seq }, lines, { retries: true, effects: { retries: retries.map(({ id }) => ({ id })) } })
const startRetry = async (sourceId: string): Promise<LeasedRun> => {
  const started = await retryQuarantine(store.database, { sourceId }, 'key:a')
  if (started?.runId == null) throw new Error('no run')
  return lease(started.runId)
}

describe('a retry', () => {
  it('stores what was quarantined and closes its row in the same transaction', async () => {
    const { sourceId, run } = await quarantine([bad('a', 1), bad('b', 2)])
    await end(run)
    const retry = await startRetry(sourceId)
    expect(retry.trigger).toBe('quarantine')
    const applied = await applyBatch(store.database, retryBatch(retry, 1, await waiting(sourceId)))
    expect(applied).toMatchObject({ result: 'applied', counts: { inserted: 2 } })
    expect(await valuesOf(sourceId)).toEqual({ a: 1, b: 2 })
    expect(await rowsOf(sourceId)).toMatchObject([{ state: 'retried', outcome: 'stored' }, { state: 'retried' }])
    const [stream] = await store.rows<{ live: number; cursor: unknown }>(
      'SELECT live_records::int AS live, cursor FROM streams WHERE source_id = $1',
      [sourceId],
    )
    expect(stream).toEqual({ live: 2, cursor: null })
  })

  it('takes effect once when it is killed between the store and the acknowledgement', async () => {
    const { sourceId, run } = await quarantine([bad('a', 1), bad('b', 2)])
    await end(run)
    const first = await startRetry(sourceId)
    const [a, b] = await waiting(sourceId)
    if (a === undefined || b === undefined) throw new Error('nothing waits')
    const batch = retryBatch(first, 1, [a])
    await applyBatch(store.database, batch)
    // The scribe died before it acknowledged, and the worker with it.
    expect(await applyBatch(store.database, batch)).toEqual({ result: 'duplicate' })
    await store.expireLease(sourceId)
    const second = await lease(first.runId)
    expect(second.nextSeq).toBe(2)
    expect((await waiting(sourceId)).map(({ id }) => id)).toEqual([b.id])
    await applyBatch(store.database, retryBatch(second, 2, [b]))
    expect(await applyBatch(store.database, retryBatch(first, 3, [b]))).toEqual({ result: 'fenced' })
    expect(await valuesOf(sourceId)).toEqual({ a: 1, b: 2 })
    expect(await rowsOf(sourceId)).toMatchObject([{ state: 'retried' }, { state: 'retried' }])
  })

  it('never replaces anything newer, not even a delete', async () => {
    const { sourceId, run } = await quarantine([bad('a', 'old'), bad('b', 'old'), bad('c', 'old')])
    await end(run)
    // Removes the mark that the source brought a newer state, as if the key were unknown.
    const later = await store.lease(sourceId)
    await applyBatch(
      store.database,
      testBatch({ ...later, seq: 1 }, [
        { key: 'a', v: 'new' },
        { key: 'b', v: 'new' },
      ]),
    )
    await applyBatch(store.database, testBatch({ ...later, seq: 2 }, [{ key: 'b', op: 'd' }]))
    await end(later)
    await store.rows(`UPDATE quarantine SET state = 'open' WHERE source_id = $1`, [sourceId])
    const retry = await startRetry(sourceId)
    await applyBatch(store.database, retryBatch(retry, 1, await waiting(sourceId)))
    expect(await valuesOf(sourceId)).toEqual({ a: 'new', c: 'old' })
    expect((await rowsOf(sourceId)).map(({ key, state }) => `${key} ${state}`)).toEqual(['a superseded', 'b superseded', 'c retried'])
  })

  it('keeps two states of one key in order, whichever is retried first', async () => {
    const { sourceId, run } = await quarantine([bad('a', 1)])
    await applyBatch(store.database, seal({ ...run, seq: 2 }, [bad('a', 2)]))
    await end(run)
    const retry = await startRetry(sourceId)
    const [older, newer] = await waiting(sourceId)
    if (older === undefined || newer === undefined) throw new Error('nothing waits')
    await applyBatch(store.database, retryBatch(retry, 2, [older]))
    await applyBatch(store.database, retryBatch(retry, 1, [newer]))
    expect(await valuesOf(sourceId)).toEqual({ a: 2 })
  })

  it('reopens the row with the new reason when it fails again, and stores the others', async () => {
    const { sourceId, run } = await quarantine([bad('a', 1), bad('b', 2), bad('c', 3)])
    await end(run)
    const retry = await startRetry(sourceId)
    const retries = await waiting(sourceId)
    const lines = retries
      .map(good)
      .map((line, n) => (n === 0 ? { ...line, o: 'q', r: 'MAPPING_RESULT', m: 'again' } : n === 1 ? { ...line, at: '0000-01-01' } : line))
    await applyBatch(store.database, retryBatch(retry, 1, retries, lines))
    expect(await valuesOf(sourceId)).toEqual({ c: 3 })
    expect(await rowsOf(sourceId)).toMatchObject([
      { state: 'open', reason: 'MAPPING_RESULT', attempts: 1, outcome: 'failed' },
      { state: 'open', reason: 'RECORD_INVALID', attempts: 1 },
      { state: 'retried' },
    ])
    expect(await finishRun(store.database, { runId: retry.runId, epoch: retry.epoch, streams: [], provedUnchanged: true })).toBe('partial')
  })

  it('waits for the active run, and reopens when its own run fails', async () => {
    const { sourceId, run } = await quarantine([bad('a', 1)])
    expect(await retryQuarantine(store.database, { sourceId }, 'key:a')).toEqual({ selected: 1, skipped: 0, skippedRecords: [], runId: null })
    expect(await createRetryRuns(store.database, { limit: 10 })).toEqual([])
    await end(run)
    const [runId] = await createRetryRuns(store.database, { sourceId, limit: 10 })
    const retry = await lease(runId ?? '')
    const failure = { code: 'internal' as const, reason: 'INTERNAL', message: 'broken', next: '' }
    await finishRun(store.database, { runId: retry.runId, epoch: retry.epoch, failure })
    expect(await rowsOf(sourceId)).toMatchObject([{ state: 'open' }])
    expect(await store.rows('SELECT status, consecutive_failures FROM sources WHERE id = $1', [sourceId])).toEqual([
      { status: 'ACTIVE', consecutive_failures: 0 },
    ])
  })
})

describe('a quarantined record', () => {
  it('does not hold up a batch with a record that Postgres refuses', async () => {
    const { sourceId, run } = await quarantine([bad('a', 1)])
    const applied = await applyBatch(store.database, testBatch({ ...run, seq: 2 }, [{ key: 'a' }, { key: 'b', data: '{"v":"a\\u0000b"}' }]))
    expect(applied).toMatchObject({ result: 'applied', counts: { inserted: 1, quarantined: 1 } })
    expect(await rowsOf(sourceId)).toMatchObject([
      { key: 'a', state: 'resolved' },
      { key: 'b', state: 'open' },
    ])
  })

  it('stays open when the source only reports that its key exists', async () => {
    const { sourceId, run } = await quarantine([bad('a', 1)])
    await applyBatch(store.database, testBatch({ ...run, seq: 2 }, [{ key: 'a', op: 'n' }]))
    expect(await rowsOf(sourceId)).toMatchObject([{ key: 'a', state: 'open' }])
  })

  it.each(['u', 'd'] as const)('is resolved when the source brings its key later (%s)', async (op) => {
    const { sourceId, run } = await quarantine([bad('a', 1), bad('b', 1)])
    await applyBatch(store.database, testBatch({ ...run, seq: 2 }, [{ key: 'a', op }]))
    expect(await rowsOf(sourceId)).toMatchObject([
      { key: 'a', state: 'resolved' },
      { key: 'b', state: 'open' },
    ])
  })

  it('is skipped if it has no complete record, unless one is sent in its place', async () => {
    const { rec: _rec, ...cut } = bad('a', 1)
    const { sourceId, run } = await quarantine([cut])
    await end(run)
    expect(await retryQuarantine(store.database, { sourceId }, 'key:a')).toEqual({
      selected: 0,
      skipped: 1,
      skippedRecords: [{ id: (await rowsOf(sourceId))[0]?.id, why: expect.stringContaining('send the whole record') }],
      runId: null,
    })
    const [row] = await rowsOf(sourceId)
    const edited = canonicalJson({ stream: 'main', key: 'a', kind: 'row', data: { v: 12345678901234567890n } })
    const started = await retryQuarantined(store.database, { id: row?.id ?? '', edited }, 'key:a')
    expect(started).toMatchObject({ selected: 1, runId: expect.any(String) })
    expect(await waiting(sourceId)).toMatchObject([{ record: edited }])
    await expect(retryQuarantined(store.database, { id: row?.id ?? '', edited: '{}' }, 'key:a')).rejects.toMatchObject({
      reason: 'QUARANTINE_NOT_OPEN',
    })
    await expect(dropQuarantined(store.database, row?.id ?? '', 'key:a')).rejects.toMatchObject({ reason: 'QUARANTINE_NOT_OPEN' })
  })

  it('loses its content when it is dropped, with an audit row', async () => {
    const { sourceId } = await quarantine([bad('a', 1), bad('b', 2), { ...bad('c', 3), r: 'RECORD_INVALID' }])
    const [a] = await rowsOf(sourceId)
    expect(await dropQuarantined(store.database, a?.id ?? '', 'key:a')).toBe(true)
    expect(await dropQuarantined(store.database, a?.id ?? '', 'key:a')).toBe(true)
    expect(await dropQuarantine(store.database, { sourceId, reason: 'MAPPING_FAILED' }, 'key:a')).toBe(1)
    expect((await rowsOf(sourceId)).map(({ state }) => state)).toEqual(['dropped', 'dropped', 'open'])
    expect(await store.rows('SELECT raw, record FROM quarantine WHERE id = $1', [a?.id])).toEqual([{ raw: null, record: null }])
    const audit = await store.rows<{ action: string }>('SELECT action FROM audit WHERE target_id = ANY($1) ORDER BY id', [[a?.id, sourceId]])
    expect(audit.map(({ action }) => action)).toEqual(['source.create', 'quarantine.drop', 'source.quarantine.drop'])
  })
})
