import { type BatchEffects, type BatchEnvelope, batchHash, canonicalJson, keyHash, sha256Hex } from '@inlet/domain'

/** An entry of a test batch: an upsert with `v` as its content, a delete, an unchanged key, or raw members for what a worker never sends. */
export interface TestEntry {
  readonly key: string
  readonly op?: 'u' | 'd' | 'n' | 'q'
  readonly v?: unknown
  readonly stream?: string
  readonly scope?: string
  /** Whether the key of a quarantine entry is known at the source. */
  readonly keyed?: boolean
  /** The raw text of a quarantine entry. */
  readonly raw?: string
  readonly at?: string
  readonly validator?: string
  /** The text of `data` instead of `{"v":…}`. */
  readonly data?: string
}

export interface TestBatchPlace {
  readonly runId: string
  readonly sourceId: string
  readonly epoch: number
  readonly seq: number
  readonly effects?: BatchEffects
  readonly overlaps?: boolean
  readonly swept?: readonly string[]
}

/** Creates a batch as a worker would forward it, with the right hash. */
export const testBatch = (place: TestBatchPlace, entries: readonly TestEntry[]): BatchEnvelope => {
  const counts = { u: 0, d: 0, n: 0, q: 0 }
  for (const { op = 'u' } of entries) counts[op] += 1
  const payload = Buffer.from(`[${entries.map(toLine).join(',\n')}]`)
  return {
    runId: place.runId,
    sourceId: place.sourceId,
    epoch: place.epoch,
    seq: place.seq,
    version: 1,
    counts,
    bytes: payload.length,
    sha256: batchHash(payload, place.effects),
    forwardedAt: Date.now(),
    payload,
    ...(place.effects === undefined ? {} : { effects: place.effects }),
    ...(place.overlaps ? { overlaps: true } : {}),
    ...(place.swept === undefined ? {} : { sweptStreams: [...place.swept] }),
  }
}

const toLine = (entry: TestEntry): string => {
  const op = entry.op ?? 'u'
  const head = `"s":${JSON.stringify(entry.stream ?? 'main')},"k":${JSON.stringify(entry.key)},"h":"${keyHash(entry.key)}","o":"${op}"`
  if (op === 'q') return toBadLine(entry)
  if (op !== 'u') return `{${head}}`
  const data = entry.data ?? canonicalJson({ v: entry.v ?? entry.key })
  const more = [
    entry.at === undefined ? '' : `,"at":${JSON.stringify(entry.at)}`,
    entry.validator === undefined ? '' : `,"val":${JSON.stringify(entry.validator)}`,
    entry.scope === undefined ? '' : `,"scope":${JSON.stringify(entry.scope)}`,
  ].join('')
  return `{${head},"c":"${sha256Hex(`${data}${more}`)}","kind":"row"${more},"data":${data}}`
}

const toBadLine = ({ stream = 'main', key, keyed = false, raw, scope }: TestEntry): string =>
  JSON.stringify({ s: stream, k: key, h: keyed ? keyHash(key) : '', o: 'q', r: 'RECORD_INVALID', m: 'bad', raw, scope })
