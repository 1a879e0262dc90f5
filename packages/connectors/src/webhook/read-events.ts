import { setTimeout } from 'node:timers/promises'
import {
  type ConnectorContext,
  type Cursor,
  complete,
  type Page,
  type ReadEnd,
  type ReadRequest,
  type RejectedRecord,
  type SourceRecord,
} from '@inlet/connector-sdk'
import type { WebhookConfig, WebhookSecrets } from './config.js'
import { toRecord } from './events/to-record.js'

/** A run with a steady flow of events ends after this long, so that other sources get their turn. */
const LONGEST_MS = 30_000
const ASK_EVERY_MS = 100

/** Reads what was pushed, then waits briefly for more. */
export async function* readEvents(
  { config, inbox, now }: ConnectorContext<WebhookConfig, WebhookSecrets>,
  { cursor, signal }: ReadRequest,
): AsyncGenerator<Page, ReadEnd, void> {
  const endsAt = now().getTime() + LONGEST_MS
  let idleSince = now().getTime()
  for (let after: Cursor | null = cursor; ; ) {
    const batch = await inbox.read(after)
    signal.throwIfAborted()
    const at = now().getTime()
    if (batch.events.length === 0) {
      if (at - idleSince >= config.idleMs || at >= endsAt) return complete('the inbox is empty')
      await setTimeout(Math.min(ASK_EVERY_MS, config.idleMs), undefined, { signal })
      continue
    }
    after = batch.cursor
    idleSince = at
    yield toPage(
      batch.events.map((event) => toRecord(event, config)),
      batch.cursor,
    )
    // The rest waits in the inbox for the next run.
    if (at >= endsAt) return complete('what was pushed until now was taken')
  }
}

const toPage = (all: readonly (SourceRecord | RejectedRecord)[], cursor: Cursor): Page => ({
  records: all.filter((one): one is SourceRecord => !('reason' in one)),
  rejected: all.filter((one): one is RejectedRecord => 'reason' in one),
  cursor,
  flush: true,
})
