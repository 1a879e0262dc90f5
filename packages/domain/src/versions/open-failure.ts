import type { Failure } from '../errors/failure.js'

/**
 * Returns what is to blame when a version cannot be opened. `version`: its settings cannot work, so an earlier version may take over. `secrets`: the
 * secrets of the source, which all versions share, cannot be used. `nothing`: it may work next time, or the cause is on the other side. Pure.
 */
export const blameForOpening = (failure: Failure): 'version' | 'secrets' | 'nothing' => {
  if (failure.code !== 'config_invalid') return 'nothing'
  return failure.reason === 'SECRET_UNREADABLE' || /^secrets(\.|$)/u.test(failure.field ?? '') ? 'secrets' : 'version'
}
