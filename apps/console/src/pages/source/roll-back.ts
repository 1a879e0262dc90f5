import type { SourceDetail } from '@inlet/contract'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { notify } from '../../ui/toasts.js'

/** Makes an earlier version live again, as a new one; it can be undone by going back to the version that was live. Throws ApiError. */
export const rollBack = async (source: SourceDetail, version: number, refresh: () => Promise<void>, isUndo = false): Promise<void> => {
  const live = source.version
  await client.call('POST', `/v1/sources/${source.id}/rollback`, { body: { version }, headers: { 'if-match': '*' } })
  notify(messages.versions.rolledBack(version), live === null || isUndo ? null : () => rollBack(source, live, refresh, true))
  await refresh()
}
