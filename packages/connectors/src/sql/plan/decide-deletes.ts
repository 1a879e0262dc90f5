import type { Mapping } from '../settings/stream-settings.js'

export interface Deletes {
  /** Whether complete runs report all keys. */
  readonly sweep: boolean
  /** Whether rows marked as deleted become deletes. */
  readonly soft: boolean
  /** What the stream declares. */
  readonly declared: 'none' | 'events' | 'sweep'
}

/** How deletes of a stream are found. A stream without cursor column reads every row anyway, so that its sweep costs nothing. */
export const decideDeletes = (config: { readonly deletes: NonNullable<Mapping['deletes']> }, mapping: Mapping, hasCursor: boolean): Deletes => {
  const setting = mapping.deletes ?? config.deletes
  const soft = setting !== 'none' && mapping.softDeleteColumn !== undefined
  const sweep = setting === 'sweep' || (setting === 'auto' && !hasCursor)
  return { sweep, soft, declared: sweep ? 'sweep' : soft ? 'events' : 'none' }
}
