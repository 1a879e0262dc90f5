import type { Source } from '../generated/client.js'
import type { Transaction } from '../prisma-transaction.js'
import { lockRow } from '../row-lock.js'
import { CONTENT_COLUMNS, toContent, type VersionContent } from './version-content.js'

/** A source with its live version, locked for the rest of the transaction: every change to its versions takes this lock first. */
export interface LockedSource {
  readonly row: Source
  readonly live: { readonly id: string; readonly number: number; readonly content: VersionContent }
  readonly draft: { readonly id: string; readonly content: VersionContent } | null
  /** By the database's clock. */
  readonly now: Date
}

/** Locks a source; null when it is unknown, being deleted or has no version. */
export const lockSource = async ({ client, prisma }: Transaction, sourceId: string): Promise<LockedSource | null> => {
  const now = await lockRow(client, 'source', sourceId)
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
