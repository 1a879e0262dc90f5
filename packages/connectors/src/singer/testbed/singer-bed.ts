import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AcceptanceBed, HostileCase } from '@inlet/connector-sdk/testing'

interface Row {
  readonly id: number
  readonly name: string
  readonly updated_at?: string
  readonly area?: number
}
export interface SampleData {
  items: Row[]
  shops: Row[]
  notes: object[]
  /** Key fields by stream, where they deviate. */
  keys?: Record<string, string[]>
}

export const SAMPLE_TAP = fileURLToPath(new URL('sample-tap.mjs', import.meta.url))
export const PROGRAMS: ReadonlyMap<string, readonly string[]> = new Map([['sample', [process.execPath, SAMPLE_TAP]]])
export const PASSWORD = 'canary-of-the-sample-tap'

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()

/** The data of a sample tap in a file that its processes read anew. */
export const createSampleData = () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'inlet-singer-'))
  const file = path.join(folder, 'data.json')
  /** At once, since a tap may be reading it. */
  const write = (data: SampleData): void => {
    writeFileSync(`${file}.new`, JSON.stringify(data))
    renameSync(`${file}.new`, file)
  }
  write({
    items: Array.from({ length: 95 }, (_, i) => ({ id: i + 1, name: `item ${i + 1}`, updated_at: at(i) })),
    shops: Array.from({ length: 40 }, (_, i) => ({ id: i + 1, name: `shop ${i + 1}` })),
    notes: Array.from({ length: 12 }, (_, i) => ({ text: `note ${i + 1}` })),
  })
  return {
    file,
    edit(change: (data: SampleData) => void): void {
      const data = JSON.parse(readFileSync(file, 'utf8')) as SampleData
      change(data)
      write(data)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A bed whose counterpart is a small tap of ours, run exactly as any other is. */
export const openSingerBed = async (): Promise<AcceptanceBed> => {
  const data = createSampleData()
  const config = (mode?: string): object => ({
    tap: 'sample',
    settings: { data: data.file, ...(mode !== undefined && { mode }) },
    ...(mode !== undefined && { streams: ['items'] }),
    pageRecords: 10,
  })
  const hostile = (name: string, expectReason: HostileCase['expectReason'], rejected = false): HostileCase => ({
    name,
    config: config(name),
    expectReason,
    ...(rejected && { rejected }),
  })
  return {
    config: config(),
    secrets: { settings: { password: PASSWORD } },
    programs: PROGRAMS,
    minRecords: 95 + 40 + 12,
    truth: async () =>
      new Map([
        ['items', new Set(Array.from({ length: 95 }, (_, i) => String(i + 1)))],
        ['shops', new Set(Array.from({ length: 40 }, (_, i) => String(i + 1)))],
      ]),
    change: async () =>
      data.edit(({ items, shops, notes }) => {
        items.push({ id: 1000, name: 'new', updated_at: at(500) })
        items.splice(3, 1, { id: 4, name: 'changed', updated_at: at(501) })
        shops.pop()
        notes.push({ text: 'new' })
      }),
    failures: {
      unreachable: { config: config('unreachable') },
      auth: { secrets: { settings: { password: 'another-password' } } },
      permission: { config: config('forbidden') },
    },
    futureCursor: 'the STATE belongs to the tap, which alone knows what it means',
    hostile: [
      { name: 'a tap that nobody allows', config: { tap: 'other' }, expectReason: 'TAP_NOT_ALLOWED' },
      { name: 'a stream that does not exist', config: { ...config(), streams: ['nothing'] }, expectReason: 'NOT_FOUND_UPSTREAM' },
      hostile('no catalog', 'UPSTREAM_INVALID'),
      hostile('dies half-way', 'TAP_FAILED'),
      hostile('is killed', 'TAP_FAILED'),
      hostile('is limited', 'RATE_LIMITED'),
      hostile('writes batches', 'UPSTREAM_INVALID'),
      hostile('has a large state', 'CURSOR_TOO_LARGE'),
      hostile('writes an endless line', 'RECORD_TOO_LARGE', true),
      hostile('prints to stdout', 'RECORD_INVALID', true),
      hostile('has a record without a key', 'RECORD_KEY_MISSING', true),
    ],
    drift: [
      {
        name: 'a new field and a wider number',
        apply: async () => data.edit(({ shops }) => shops.push({ id: 41, name: 'wide', area: 12.5 })),
        verify: (store) => {
          if (JSON.stringify(store.find('shops', 41)?.record.data['area']) !== '12.5') throw new Error('the new field is missing')
        },
      },
      {
        name: 'another key',
        apply: async () => data.edit((sample) => Object.assign(sample, { keys: { shops: ['name'] } })),
        verify: (store) => {
          if (store.find('shops', 'shop 1') === undefined || store.find('shops', 1) !== undefined) throw new Error('the new key was not followed')
        },
      },
    ],
    writer: async () => {
      let id = 5000
      const timer = setInterval(() => data.edit(({ items }) => items.push({ id: ++id, name: 'written', updated_at: at(id) })), 20)
      return { stop: async () => clearInterval(timer) }
    },
    blocked: 'the sockets of a tap are its own; the operator allows the tap, not its addresses',
    crashRounds: 4,
    large: async () => ({
      config: { tap: 'sample', settings: { data: '/nowhere', mode: 'large', records: 100_000 }, streams: ['items'], pageRecords: 1000 },
      records: 100_000,
    }),
    close: async () => data.remove(),
  }
}
