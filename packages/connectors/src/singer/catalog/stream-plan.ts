import { compileGlobs, type StreamSpec } from '@inlet/connector-sdk'
import type { SingerConfig } from '../config.js'
import { type CatalogEntry, streamMetadata } from './catalog.js'

export type ReplicationMethod = 'FULL_TABLE' | 'INCREMENTAL' | 'LOG_BASED'

/** How one stream is read. */
export interface StreamPlan {
  readonly entry: CatalogEntry
  readonly name: string
  /** Null: the tap decides by itself and does not say. */
  readonly method: ReplicationMethod | null
  readonly replicationKey: string | null
  /** Empty: the catalog names none; the SCHEMA message may. */
  readonly keyFields: readonly string[]
  /** Key fields in the settings override those of the tap. */
  readonly keysAreSet: boolean
}

/** Returns a matcher for names and globs of streams; `*` also matches slashes. */
export const createStreamMatcher = (patterns: readonly string[]): ((name: string) => boolean) => {
  const matches = compileGlobs(patterns, { flat: true, negate: true })
  return (name) => patterns.includes(name) || matches(name)
}

/** Whether the stream is read: selected by the settings and not excluded by the catalog. Pure. */
export const isChosen = (entry: CatalogEntry, config: Pick<SingerConfig, 'streams' | 'exclude'>): boolean => {
  const { selected, inclusion } = streamMetadata(entry)
  const isNamed = config.streams.includes(entry.tap_stream_id)
  if (inclusion === 'unsupported' || (selected === false && !isNamed)) return false
  return createStreamMatcher(config.streams)(entry.tap_stream_id) && !createStreamMatcher(config.exclude)(entry.tap_stream_id)
}

/** Decides how a stream is read: by the settings, then the metadata, then the older fields of the entry. Pure. */
export const planStream = (entry: CatalogEntry, config: Pick<SingerConfig, 'replication' | 'keys'>): StreamPlan => {
  const metadata = streamMetadata(entry)
  const name = entry.tap_stream_id
  const wanted = Object.entries(config.replication).find(([pattern]) => createStreamMatcher([pattern])(name))?.[1]
  const method =
    toMethod(metadata['forced-replication-method']) ??
    wanted?.method ??
    toMethod(metadata['replication-method']) ??
    toMethod(entry.replication_method)
  const key = wanted?.key ?? metadata['replication-key'] ?? entry.replication_key ?? firstText(metadata['valid-replication-keys'])
  const set = config.keys[name]
  const known = [set, entry.key_properties, metadata['table-key-properties'], metadata['view-key-properties']].find(isFilled)
  return { entry, name, method, replicationKey: typeof key === 'string' ? key : null, keyFields: known ?? [], keysAreSet: set !== undefined }
}

/**
 * Returns the spec of a stream. A full table is a full refresh every time, and what it lacks is gone; everything else continues from the tap's
 * STATE, and the tap may mark deletes. Pure.
 */
export const toSpec = ({ name, method, keyFields }: StreamPlan): StreamSpec => ({
  name,
  kind: 'row',
  incremental: method !== 'FULL_TABLE',
  deletes: method === 'FULL_TABLE' ? 'sweep' : 'events',
  ...(keyFields.length > 0 && { keyFields }),
})

const toMethod = (value: unknown): ReplicationMethod | null => {
  // Some taps force a method with a reason: {"replication-method": "FULL_TABLE", "reason": "…"}.
  const text = typeof value === 'object' && value !== null ? Reflect.get(value, 'replication-method') : value
  return text === 'FULL_TABLE' || text === 'INCREMENTAL' || text === 'LOG_BASED' ? text : null
}

const firstText = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : null)

const isFilled = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')
