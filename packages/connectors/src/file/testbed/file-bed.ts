import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { addCaveats, type CaveatTally, type Page, type RejectedRecord } from '@inlet/connector-sdk'
import { createRecordStore, createTestContext, type RecordStore, type TestUpload } from '@inlet/connector-sdk/testing'
import fileConnector from '../index.js'

/** What one run over all streams has done. */
export interface BedRun {
  readonly store: RecordStore
  readonly pages: ReadonlyMap<string, readonly Page[]>
  readonly rejected: readonly RejectedRecord[]
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly emitted: number
  readonly warnings: readonly string[]
  readonly caveats: CaveatTally
}

/** Real files in a temporary folder that is the only allowed root. */
export interface FileBed extends AsyncDisposable {
  readonly root: string
  write(name: string, content: string | Uint8Array): Promise<void>
  remove(name: string): Promise<void>
  run(
    config: object,
    options?: { readonly store?: RecordStore; readonly uploads?: readonly TestUpload[]; readonly streams?: readonly string[] },
  ): Promise<BedRun>
  check(config: object): Promise<void>
}

export const createFileBed = async (): Promise<FileBed> => {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'inlet-files-')))
  return {
    root,
    async write(name, content) {
      const file = path.join(root, name)
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, content)
    },
    remove: (name) => rm(path.join(root, name), { recursive: true }),
    async run(config, { store = createRecordStore(), uploads = [], streams } = {}) {
      await using context = await createTestContext({ connector: fileConnector, config, roots: [root], uploads, store })
      const connection = await fileConnector.connect(context)
      const { signal } = new AbortController()
      const total = { inserted: 0, updated: 0, deleted: 0, emitted: 0 }
      const pages = new Map<string, Page[]>()
      for (const spec of await fileConnector.streams(connection, signal)) {
        if (streams !== undefined && !streams.includes(spec.name)) continue
        const run = store.beginRun(spec)
        const taken: Page[] = []
        pages.set(spec.name, taken)
        for await (const page of fileConnector.read(connection, { stream: spec.name, cursor: store.cursor(spec.name), signal })) {
          const effect = run.apply(page)
          total.inserted += effect.inserted
          total.updated += effect.updated
          total.deleted += effect.deleted
          total.emitted += page.records.length
          taken.push(page)
        }
      }
      const rejected = [...pages.values()].flat().flatMap((page) => page.rejected ?? [])
      const warnings = context.logLines.filter((line) => line.level === 'warn').map((line) => line.message)
      const caveats = addCaveats(
        {},
        [...pages.values()].flat().flatMap((page) => page.caveats ?? []),
      )
      return { store, pages, rejected, warnings, caveats, ...total }
    },
    async check(config) {
      await using context = await createTestContext({ connector: fileConnector, config, roots: [root] })
      const connection = await fileConnector.connect(context)
      await fileConnector.check(connection, new AbortController().signal)
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}
