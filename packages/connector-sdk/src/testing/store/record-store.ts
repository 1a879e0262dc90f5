import { canonicalJson, keyHash, keyText, type SourceRecord, sha256Hex } from '@inlet/domain'
import type { Cursor, Page, StreamSpec } from '../../connector.js'
import type { KnownRecords } from '../../context.js'
import { must } from '../violation.js'
import { checkPage, contentOf } from './page-rules.js'

/** A live record as the in-memory store keeps it. */
export interface StoredRecord {
  readonly keyText: string
  readonly contentHash: string
  readonly validator: string | null
  readonly scope: string | null
  readonly record: SourceRecord
}

export interface PageEffect {
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
  readonly deleted: number
}

/** One read of one stream; remembers what it has seen, for sweeps. */
export interface StoreRun {
  /** Applies the next page in order, as the scribe does. Throws `Violation` when the page breaks the contract. */
  apply(page: Page): PageEffect
}

/** An in-memory scribe: live records by (stream, key), content hashes, committed cursors. Keeps nothing of deleted records. */
export interface RecordStore {
  readonly known: KnownRecords
  beginRun(spec: StreamSpec): StoreRun
  /** Returns the last committed cursor; null before the first. */
  cursor(stream: string): Cursor | null
  /** Returns all committed cursors, oldest first. */
  cursors(stream: string): readonly Cursor[]
  /** Returns the content hashes of the live records by key text. */
  snapshot(stream: string): ReadonlyMap<string, string>
  records(stream: string): readonly StoredRecord[]
  find(stream: string, key: SourceRecord['key']): StoredRecord | undefined
  /** Returns an independent copy, e.g. the state at a checkpoint. */
  clone(): RecordStore
}

interface StreamState {
  readonly live: Map<string, StoredRecord>
  readonly cursors: Cursor[]
}

export const createRecordStore = (initial: ReadonlyMap<string, StreamState> = new Map()): RecordStore => {
  const streams = new Map<string, StreamState>(
    [...initial].map(([name, state]) => [name, { live: new Map(state.live), cursors: [...state.cursors] }]),
  )
  const state = (stream: string): StreamState => {
    let found = streams.get(stream)
    if (found === undefined) streams.set(stream, (found = { live: new Map(), cursors: [] }))
    return found
  }
  return {
    known: knownRecords((stream) => state(stream).live),
    beginRun(spec) {
      const seen = new Set<string>()
      return {
        apply(page) {
          checkPage(page, spec)
          return applyPage(state(spec.name), page, seen)
        },
      }
    },
    cursor: (stream) => state(stream).cursors.at(-1) ?? null,
    cursors: (stream) => state(stream).cursors,
    snapshot: (stream) => new Map([...state(stream).live.values()].map((stored) => [stored.keyText, stored.contentHash])),
    records: (stream) => [...state(stream).live.values()],
    find: (stream, key) => state(stream).live.get(keyHash(key)),
    clone: () => createRecordStore(streams),
  }
}

const applyPage = (state: StreamState, page: Page, seen: Set<string>): PageEffect => {
  const effect = { inserted: 0, updated: 0, unchanged: 0, deleted: 0 }
  for (const record of page.records) {
    const id = keyHash(record.key)
    seen.add(id)
    const before = state.live.get(id)
    if (record.op === 'delete') {
      if (state.live.delete(id)) effect.deleted++
      continue
    }
    const contentHash = sha256Hex(canonicalJson(contentOf(record)))
    const stored = { keyText: keyText(record.key), contentHash, validator: record.validator ?? null, scope: record.scope ?? null, record }
    state.live.set(id, stored)
    if (before === undefined) effect.inserted++
    else if (before.contentHash === contentHash) effect.unchanged++
    else effect.updated++
  }
  for (const key of page.unchanged ?? []) seen.add(keyHash(key))
  if (page.sweep !== undefined) effect.deleted += sweep(state, seen, page.sweep.scope)
  if (page.cursor !== undefined) state.cursors.push(page.cursor)
  return effect
}

const sweep = (state: StreamState, seen: ReadonlySet<string>, scope: string | undefined): number => {
  const gone = [...state.live].filter(([id, stored]) => !seen.has(id) && (scope === undefined || stored.scope === scope))
  for (const [id] of gone) state.live.delete(id)
  return gone.length
}

const MAX_KEYS = 1000

/** `ctx.known` over live records in memory. */
const knownRecords = (live: (stream: string) => ReadonlyMap<string, StoredRecord>): KnownRecords => ({
  async lookup(stream, keys) {
    must(keys.length <= MAX_KEYS, `known.lookup was asked for ${keys.length} keys at once`)
    const answer = new Map<string, string | null>()
    for (const key of keys) {
      const stored = live(stream).get(keyHash(key))
      if (stored !== undefined) answer.set(keyText(key), stored.validator)
    }
    return answer
  },
  async *entries(stream) {
    const sorted = [...live(stream).values()].sort((a, b) => (a.keyText < b.keyText ? -1 : 1))
    for (const stored of sorted) yield { key: stored.keyText, validator: stored.validator }
  },
})
