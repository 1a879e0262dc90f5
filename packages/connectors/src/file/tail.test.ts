import { appendFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { createRecordStore, type RecordStore } from '@inlet/connector-sdk/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileFixture, type FileFixture } from './fixtures/file-fixture.js'

let fixture: FileFixture
let store: RecordStore
let log: string
beforeEach(async () => {
  fixture = await createFileFixture()
  store = createRecordStore()
  log = path.join(fixture.root, 'app.log')
})
afterEach(() => fixture[Symbol.asyncDispose]())

const lines = (...numbers: readonly number[]) => numbers.map((n) => `{"n":${n},"at":"${'x'.repeat(20)}"}\n`).join('')
const run = async (paths = [`${fixture.root}/*`]) => {
  const result = await fixture.run({ paths, format: 'ndjson', append: true }, { store })
  const numbers = (result.pages.get('rows') ?? []).flatMap((page) => page.records.map((record) => record.data['n']))
  return { ...result, numbers }
}

describe('files that grow', () => {
  it('reads only what was added, and a last line once it is complete', async () => {
    await fixture.write('app.log', `${lines(1, 2)}{"n":3`)
    expect((await run()).numbers).toEqual([1, 2])
    expect((await run()).numbers).toEqual([])
    await appendFile(log, `}\n${lines(4)}`)
    expect((await run()).numbers).toEqual([3, 4])
    expect(store.snapshot('rows').size).toBe(4)
  })

  it('waits for a first line to recognize the file by', async () => {
    await fixture.write('app.log', '{"n":1')
    expect((await run()).numbers).toEqual([])
    await appendFile(log, '}\n')
    expect((await run()).numbers).toEqual([1])
  })

  it('follows a rotation: the renamed file continues, the new one starts', async () => {
    await fixture.write('app.log', lines(1, 2))
    await run()
    await appendFile(log, lines(3))
    await rename(log, `${log}.1`)
    await writeFile(log, lines(11, 12))
    expect((await run()).numbers).toEqual([11, 12, 3])
    expect((await run()).numbers).toEqual([])
    expect(store.snapshot('rows').size).toBe(5)
  })

  it('reads a truncated and a rewritten file again and keeps what was read before', async () => {
    await fixture.write('app.log', lines(1, 2, 3))
    await run()
    await writeFile(log, lines(7))
    expect((await run()).numbers).toEqual([7])
    await writeFile(log, lines(8, 9, 10, 11, 12))
    expect((await run()).numbers).toEqual([8, 9, 10, 11, 12])
    expect(store.snapshot('rows').size).toBe(9)
  })

  it('quarantines lines that are no JSON or too long, and continues', async () => {
    await fixture.write('app.log', `${lines(1)}nonsense\n{"a":"${'x'.repeat(2_000_000)}"}\n${lines(2)}`)
    const { numbers, rejected } = await run()
    expect(numbers).toEqual([1, 2])
    expect(rejected.map((entry) => entry.reason)).toEqual(['RECORD_INVALID', 'RECORD_TOO_LARGE'])
    expect((await run()).rejected).toEqual([])
  })

  it('reports once that it does not follow gzip files', async () => {
    await fixture.write('app.log.gz', gzipSync(lines(1, 2, 3)))
    expect((await run()).rejected.map((entry) => entry.reason)).toEqual(['CONTENT_MISMATCH'])
    expect((await run()).rejected).toEqual([])
  })

  it('keeps every cursor within 8 KiB and reports when there are too many files', async () => {
    for (let i = 0; i < 100; i++) await fixture.write(`${i}.log`, lines(i))
    expect((await run()).numbers).toHaveLength(100)
    for (let i = 100; i < 250; i++) await fixture.write(`${i}.log`, lines(i))
    await expect(run()).rejects.toMatchObject({ reason: 'VALIDATION_FAILED', field: 'config.paths' })
  })

  it('continues from every page and continues where it stopped', async () => {
    await fixture.write('app.log', lines(...Array.from({ length: 2500 }, (_, i) => i)))
    const whole = await run()
    const spec = { name: 'rows', kind: 'row', incremental: true, deletes: 'none' } as const
    store = createRecordStore()
    const cut = store.beginRun(spec)
    for (const page of (whole.pages.get('rows') ?? []).slice(0, 1)) cut.apply(page)
    expect((await run()).numbers).toHaveLength(1500)
    expect(store.snapshot('rows').size).toBe(2500)
  })
})
