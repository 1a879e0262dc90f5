// A retried record takes the place in time it would have had: it is written under the epoch and sequence number of the batch it first came in, so
// that "the newer one wins" decides as it would have then. See docs/adr/0015-retries-keep-their-place-in-time.md.
import type { BatchEnvelope } from '@inlet/domain'
import type pg from 'pg'
import { type Entry, splitPayload, toSlice, writeWithBisection } from './bisect.js'
import { oneAtATime } from './out-of-order.js'
import { addWritten, NO_COUNTS, NOTHING_WRITTEN, type Written } from './write-records.js'

interface Failed {
  readonly id: string
  readonly reason: string
  readonly message: string
}

/** Writes entries that come out of quarantine and marks each row with the result; `completeRetries` closes the rows. */
export const writeRetries = async (client: pg.ClientBase, batch: BatchEnvelope): Promise<Written> => {
  await oneAtATime(client, batch)
  const entries = splitPayload(batch.payload)
  const failed: Failed[] = entries
    .filter(({ record }) => record.o === 'q')
    .map(({ record }) => ({ id: record.qid ?? '', reason: record.r ?? 'RECORD_INVALID', message: record.m ?? '' }))
  let written: Written = NOTHING_WRITTEN
  for (const group of groupByPlace(entries.filter(({ record }) => record.o !== 'q'))) {
    const superseded = await findSuperseded(client, batch, group)
    const current = group.entries.filter((entry) => !superseded.includes(entry))
    await markRetries(client, 'superseded', idsOf(superseded))
    const refused = new Set<string>()
    const slice = toSlice(current)
    written = addWritten(
      written,
      await writeWithBisection(client, { ...batch, ...slice, epoch: group.epoch, seq: group.seq }, true, async ({ record }, message) => {
        refused.add(record.qid ?? '')
        failed.push({ id: record.qid ?? '', reason: 'RECORD_INVALID', message })
        return NOTHING_WRITTEN
      }),
    )
    const passed = current.filter(({ record }) => !refused.has(record.qid ?? ''))
    await markRetries(client, 'stored', idsOf(passed.filter(({ record }) => record.o !== 'd')))
    await markRetries(client, 'left_out', idsOf(passed.filter(({ record }) => record.o === 'd')))
    written = addWritten(written, { ...NOTHING_WRITTEN, counts: { ...NO_COUNTS, unchanged: superseded.length } })
  }
  await reopen(client, batch, failed)
  return addWritten(written, { ...NOTHING_WRITTEN, counts: { ...NO_COUNTS, quarantined: failed.length } })
}

interface Group {
  readonly epoch: number
  readonly seq: number
  readonly entries: Entry[]
}

/** Groups entries by the batch they first came in, oldest first. */
const groupByPlace = (entries: readonly Entry[]): readonly Group[] => {
  const groups = new Map<string, Group>()
  for (const entry of entries) {
    const { qe: epoch = 0, qs: seq = 0 } = entry.record
    const group = groups.get(`${epoch} ${seq}`)
    if (group === undefined) groups.set(`${epoch} ${seq}`, { epoch, seq, entries: [entry] })
    else group.entries.push(entry)
  }
  return [...groups.values()].sort((a, b) => a.epoch - b.epoch || a.seq - b.seq)
}

// Locks are held until the end of the transaction. What came in the very same batch counts as newer too: the order within it cannot be known.
const SUPERSEDED = `
WITH input AS MATERIALIZED (
  SELECT st.id AS stream_id, decode(r.h, 'hex') AS key_hash, r.s, r.h, r.o, r.c
  FROM json_to_recordset($1::json) AS r(s text, h text, o text, c text) JOIN streams st ON st.source_id = $2 AND st.name = r.s
)
SELECT concat_ws(' ', i.s, i.h, i.o, i.c) AS state
FROM input i JOIN records t ON t.stream_id = i.stream_id AND t.key_hash = i.key_hash
WHERE (t.epoch, t.seq) >= ($3::bigint, $4::int)
  AND NOT (CASE WHEN i.o = 'd' THEN t.deleted_at IS NOT NULL ELSE t.deleted_at IS NULL AND t.content_hash = decode(i.c, 'hex') END)
ORDER BY t.stream_id, t.key_hash FOR UPDATE OF t`

const findSuperseded = async (client: pg.ClientBase, batch: BatchEnvelope, group: Group): Promise<readonly Entry[]> => {
  // Only the members that are compared: Postgres might refuse one of the other values.
  const payload = JSON.stringify(group.entries.map(({ record: { s, h, o, c } }) => ({ s, h, o, c })))
  const { rows } = await client.query<{ state: string }>(SUPERSEDED, [payload, batch.sourceId, group.epoch, group.seq])
  const states = new Set(rows.map(({ state }) => state))
  return group.entries.filter(({ record: { s, h, o, c } }) => states.has([s, h, o, ...(c === undefined ? [] : [c])].join(' ')))
}

const idsOf = (entries: readonly Entry[]): readonly string[] => [...new Set(entries.map(({ record }) => record.qid ?? ''))]

/** One record may have become several: if one of them was stored, the outcome stays `stored`. */
const markRetries = async (client: pg.ClientBase, outcome: 'stored' | 'left_out' | 'superseded', ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return
  await client.query(
    `UPDATE quarantine SET outcome = $2 WHERE id = ANY($1::bigint[]) AND state = 'retrying' AND ($2 = 'stored' OR outcome IS DISTINCT FROM 'stored')`,
    [ids, outcome],
  )
}

const reopen = async (client: pg.ClientBase, batch: BatchEnvelope, failed: readonly Failed[]): Promise<void> => {
  if (failed.length === 0) return
  await client.query(
    `UPDATE quarantine q SET state = 'open', state_at = clock_timestamp(), state_by = 'run:' || $4, retry_run_id = $4::uuid, outcome = 'failed',
       attempts = q.attempts + 1, reason = f.reason, message = left(f.message, 2000)
     FROM unnest($1::bigint[], $2::text[], $3::text[]) AS f(id, reason, message) WHERE q.id = f.id AND q.state = 'retrying'`,
    [failed.map(({ id }) => id), failed.map(({ reason }) => reason), failed.map(({ message }) => message.replaceAll('\u0000', '')), batch.runId],
  )
}
