import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page, RejectedRecord, SourceRecord } from '@inlet/connector-sdk'
import { createRecordStore, createTestContext, type RecordStore } from '@inlet/connector-sdk/testing'
import apiLog from '../index.js'

export interface LogRun {
  readonly records: readonly SourceRecord[]
  readonly rejected: readonly RejectedRecord[]
  readonly inserted: number
  readonly updated: number
  readonly pages: number
}

/** Real logs in a temporary folder that is the only allowed root, and what was stored of them. */
export interface LogBed extends AsyncDisposable {
  readonly root: string
  readonly store: RecordStore
  write(name: string, content: string | Uint8Array): Promise<void>
  /** Reads what is new, as a worker does. */
  run(config: object): Promise<LogRun>
  check(config: object): Promise<void>
}

export const createLogBed = async (): Promise<LogBed> => {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'inlet-logs-')))
  const store = createRecordStore()
  const { signal } = new AbortController()
  return {
    root,
    store,
    async write(name, content) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true })
      await writeFile(path.join(root, name), content)
    },
    async run(config) {
      await using context = await createTestContext({ connector: apiLog, config, roots: [root], store })
      const connection = await apiLog.connect(context)
      const [spec] = await apiLog.streams(connection, signal)
      if (spec === undefined) throw new Error('no stream')
      const run = store.beginRun(spec)
      const pages: Page[] = []
      const total = { inserted: 0, updated: 0 }
      for await (const page of apiLog.read(connection, { stream: spec.name, cursor: store.cursor(spec.name), signal })) {
        pages.push(page)
        const effect = run.apply(page)
        total.inserted += effect.inserted
        total.updated += effect.updated
      }
      const rejected = pages.flatMap((page) => page.rejected ?? [])
      return { records: pages.flatMap((page) => page.records), rejected, pages: pages.length, ...total }
    },
    async check(config) {
      await using context = await createTestContext({ connector: apiLog, config, roots: [root] })
      await apiLog.check(await apiLog.connect(context), signal)
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

/** A line in the Combined Log Format for request `n`, one a second. */
export const combinedLine = (n: number, path = `/api/v1/items/${n}`, status = 200): string => {
  const time = new Date(Date.UTC(2026, 0, 1) + n * 1000)
  const stamp = `${String(time.getUTCDate()).padStart(2, '0')}/Jan/2026:${time.toISOString().slice(11, 19)} +0000`
  return `10.0.${(n >> 8) & 255}.${n & 255} - - [${stamp}] "GET ${path}?n=${n} HTTP/1.1" ${status} ${n % 5000} "-" "curl/8.5.0"\n`
}

export const combinedLines = (from: number, to: number): string => Array.from({ length: to - from }, (_, i) => combinedLine(from + i)).join('')
