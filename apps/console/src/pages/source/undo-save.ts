import type { SavedSource } from '@inlet/contract'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { notify } from '../../ui/toasts.js'
import { rollBack } from './roll-back.js'
import type { Editable } from './use-edits.js'

/** What a version holds; the rest belongs to the source itself. */
const IN_VERSION: readonly (keyof Editable)[] = ['config', 'mapping', 'schedule']

interface Saved {
  readonly changed: readonly (keyof Editable)[]
  readonly hasSecrets: boolean
  readonly before: Editable
  readonly liveBefore: number | null
  readonly saved: SavedSource
  readonly refresh: () => Promise<void>
}

/**
 * Restores all that was saved: the version before, and what is in no version. Null where that cannot be: secrets that were replaced are gone. It
 * throws ApiError, 412 when the source has been changed meanwhile.
 */
export const undoSave = ({ changed, hasSecrets, before, liveBefore, saved, refresh }: Saved): (() => Promise<void>) | null => {
  if (hasSecrets || changed.includes('credential')) return null
  const beside = changed.filter((name) => !IN_VERSION.includes(name))
  const isNewVersion = saved.version !== liveBefore
  if (isNewVersion && liveBefore === null) return null
  return async () => {
    let { revision } = saved
    if (isNewVersion && liveBefore !== null) ({ revision } = await rollBack({ source: saved, revision, version: liveBefore, refresh, isUndo: true }))
    if (beside.length === 0) return
    const body = Object.fromEntries(beside.map((name) => [name, before[name]]))
    await client.call('PATCH', `/v1/sources/${saved.id}`, { body, headers: { 'if-match': `"r${revision}"` } })
    if (!isNewVersion) notify(messages.settings.restored)
    await refresh()
  }
}
