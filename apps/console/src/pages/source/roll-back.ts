import type { SavedSource, SourceDetail } from '@inlet/contract'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { notify, undoBy } from '../../ui/toasts.js'

interface RollBack {
  readonly source: Pick<SourceDetail, 'id' | 'version'>
  /** Of the source as it was seen: if somebody has changed it since, nothing happens. */
  readonly revision: number
  /** To be made live again. */
  readonly version: number
  readonly refresh: () => Promise<void>
  readonly isUndo?: boolean
}

/**
 * Makes an earlier version live again, as a new one; it can be undone by going back to the version that was live. Throws ApiError: 412 when the source
 * has been changed meanwhile; it is then read again.
 */
export const rollBack = async ({ source, revision, version, refresh, isUndo = false }: RollBack): Promise<SavedSource> => {
  const live = source.version
  try {
    const path = `/v1/sources/${source.id}/rollback`
    const after = await client.call<SavedSource>('POST', path, { body: { version }, headers: { 'if-match': `"r${revision}"` } })
    const undo = (): Promise<SavedSource> => rollBack({ source: after, revision: after.revision, version: live ?? version, refresh, isUndo: true })
    notify(messages.versions.rolledBack(version), live === null || isUndo ? null : undoBy(undo))
    return after
  } finally {
    await refresh()
  }
}
