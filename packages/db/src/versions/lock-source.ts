import type pg from 'pg'
import type { Source } from '../generated/client.js'
import type { Transaction } from '../prisma-transaction.js'
import { CONTENT_COLUMNS, toContent, type VersionContent } from './version-content.js'

/** A source with its live version, locked for the rest of the transaction: every change of its versions takes this lock first. */
export interface LockedSource {
  readonly row: Source
  readonly live: { readonly id: string; readonly number: number; readonly content: VersionContent }
  readonly draft: { readonly id: string; readonly content: VersionContent } | null
  /** Database time. */
  readonly now: Date
}

/** Locks the row until the end of the transaction and answers the database's time; null when it is unknown or being deleted. */
export const lockSourceRow = async (client: pg.ClientBase, sourceId: string): Promise<Date | null> => {
  const { rows } = await client.query<{ now: Date }>(
    'SELECT clock_timestamp() AS now FROM sources WHERE id = $1 AND deleting_at IS NULL FOR UPDATE',
    [sourceId],
  )
  return rows[0]?.now ?? null
}

/** Null when the source is unknown, being deleted or has no version. */
export const lockSource = async ({ client, prisma }: Transaction, sourceId: string): Promise<LockedSource | null> => {
  // Locked first and read after: what was read together with a lock that had to be waited for is as it was before.
  const now = await lockSourceRow(client, sourceId)
  const row = now === null ? null : await prisma.source.findUnique({ where: { id: sourceId } })
  if (now === null || row === null) return null
  const select = { id: true, number: true, ...CONTENT_COLUMNS }
  const live = row.versionId === null ? null : await prisma.sourceVersion.findUnique({ where: { id: row.versionId }, select })
  const draft = await prisma.sourceVersion.findFirst({ where: { sourceId, state: 'draft' }, select })
  if (live === null || live.number === null) return null
  return {
    row,
    live: { id: live.id, number: live.number, content: toContent(live) },
    draft: draft === null ? null : { id: draft.id, content: toContent(draft) },
    now,
  }
}
