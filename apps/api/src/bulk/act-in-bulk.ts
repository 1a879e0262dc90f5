import { endpoints } from '@inlet/contract'
import { type HeldBulkOperation, type LabelChange, updateSource } from '@inlet/db'
import { parseWith } from '../http/invalid-request.js'
import { sourceNotFound } from '../source-access/find-source.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { actAndSync } from '../sources/lifecycle.js'

interface Acted {
  readonly changed: boolean
  readonly runId: string | null
}

type ActDeps = Pick<SourceDeps, 'database' | 'queues' | 'log'>

type Labels = Readonly<Record<string, string>>

const relabel =
  ({ set, remove }: LabelChange) =>
  (before: Labels): Labels => {
    const kept = Object.entries(before).filter(([name]) => !remove.includes(name))
    // Validated as if they had been sent for this source alone: together with its own labels there may be too many.
    return parseWith(endpoints.updateSource.body, { labels: { ...Object.fromEntries(kept), ...set } }).labels ?? {}
  }

/** Applies a bulk operation to one source. Throws NOT_FOUND, VALIDATION_FAILED and what `actOnSource` throws. */
export const actInBulk = async (deps: ActDeps, { action, labels, actor }: HeldBulkOperation, sourceId: string): Promise<Acted> => {
  if (action !== 'label') return actAndSync(deps, { sourceId, action, actor })
  const change = { sourceId, expectedRevision: null, labels: relabel(labels ?? { set: {}, remove: [] }), actor }
  const changed = await updateSource(deps.database, change)
  if (changed === null) throw sourceNotFound()
  return { changed: changed.changed, runId: null }
}
