import type { Failure } from '../errors/failure.js'

/**
 * What a failure to open a version says. `version`: its settings cannot work, so an earlier version may take over.
 * `secrets`: the secrets of the source, which every version shares, cannot be used. `nothing`: it may work next time, or
 * the other side must answer for it. Pure.
 */
export const blameForOpening = (failure: Failure): 'version' | 'secrets' | 'nothing' => {
  if (failure.code !== 'config_invalid') return 'nothing'
  return failure.reason === 'SECRET_UNREADABLE' || /^secrets(\.|$)/u.test(failure.field ?? '') ? 'secrets' : 'version'
}
