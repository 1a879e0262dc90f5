import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileFixture, type FileFixture } from './fixtures/file-fixture.js'

let fixture: FileFixture
beforeEach(async () => {
  fixture = await createFileFixture()
  await fixture.write('good.csv', 'id\n1\n')
})
afterEach(() => fixture[Symbol.asyncDispose]())

const program = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0', 'latin1'), Buffer.alloc(4096)])
const table = gzipSync(`id,name\n${Array.from({ length: 15_000 }, (_, i) => `${i},${Math.sin(i)}\n`).join('')}`)
/** Lines of a KiB, since a line for each byte would take seconds. */
const blankLines = (mib: number) => `${' '.repeat(1023)}\n`.repeat(mib * 1024)

describe('files that cannot be read', () => {
  it.each([
    ['no bytes', 'bad.csv', '', 'EMPTY_FILE'],
    ['an empty gzip', 'bad.csv.gz', gzipSync(''), 'EMPTY_FILE'],
    ['white space', 'bad.md', ' \n\n', 'EMPTY_FILE'],
    ['a program as CSV', 'bad.csv', program, 'CONTENT_MISMATCH'],
    ['a program without a suffix', 'bad', program, 'CONTENT_MISMATCH'],
    ['a PDF as text', 'bad.txt', '%PDF-1.7\n%âãÏÓ\n', 'CONTENT_MISMATCH'],
    ['a zip as JSON', 'bad.json', Buffer.from('PK\x03\x04\x14\0\0\0', 'latin1'), 'CONTENT_MISMATCH'],
    ['a login page as CSV', 'bad.csv', '<!DOCTYPE html><html><body>Log in</body></html>', 'CONTENT_MISMATCH'],
    ['prose as JSON', 'bad.json', 'Not found', 'CONTENT_MISMATCH'],
    ['JSON that ends too early', 'bad.json', '[{"id":1},{"id":', 'FILE_UNREADABLE'],
    ['gzip that ends too early', 'bad.csv.gz', table.subarray(0, table.length - 2000), 'FILE_UNREADABLE'],
    [
      'gzip with damaged bytes',
      'bad.csv.gz',
      Buffer.concat([table.subarray(0, 1000), Buffer.alloc(500, 7), table.subarray(1500)]),
      'FILE_UNREADABLE',
    ],
    ['HTML nested without end', 'bad.html', '<b>'.repeat(100_000), 'FILE_UNREADABLE'],
    ['a document over the limit', 'bad.txt', 'x'.repeat(1024 * 1024 + 1), 'RECORD_TOO_LARGE'],
    ['a bomb by ratio', 'bad.ndjson.gz', gzipSync(`{"a":1}\n${blankLines(66)}`), 'ARCHIVE_BOMB'],
  ])('%s in %s: its neighbor is read', async (_what, name, content, reason) => {
    await fixture.write(name, content)
    const first = await fixture.run({ paths: [fixture.root] })
    expect(first.rejected.map((entry) => entry.reason)).toEqual([reason])
    expect(first.rejected[0]?.message).toContain(name)
    expect(first.store.find('rows', ['good.csv', 1])).toBeDefined()
    expect(first.store.find('files', name)?.record.data['problem']).toBe(reason)
    const again = await fixture.run({ paths: [fixture.root] }, { store: first.store })
    expect(again).toMatchObject({ emitted: 0, deleted: 0, rejected: [] })
  })

  it('keeps the last good version of a file that became unreadable, and replaces it when it can be read again', async () => {
    await fixture.write('a.csv', 'id\n1\n2\n')
    await fixture.write('a.md', '# Good')
    const { store } = await fixture.run({ paths: [fixture.root] })
    await fixture.write('a.csv', program)
    await fixture.write('a.md', program)
    const broken = await fixture.run({ paths: [fixture.root] }, { store })
    expect(broken.deleted).toBe(0)
    expect(broken.rejected.map((entry) => entry.reason)).toEqual(['CONTENT_MISMATCH', 'CONTENT_MISMATCH'])
    expect((await fixture.run({ paths: [fixture.root] }, { store })).deleted).toBe(0)
    await fixture.write('a.csv', 'id\n3\n')
    await fixture.write('a.md', '# Better')
    await fixture.run({ paths: [fixture.root] }, { store })
    expect(store.find('rows', ['a.csv', 1])?.record.data).toEqual({ id: '3' })
    expect(store.find('rows', ['a.csv', 2])).toBeUndefined()
    expect(store.find('documents', 'a.md')?.record.title).toBe('Better')
  })

  it('refuses what exceeds the configured limits', async () => {
    await fixture.write('big.csv', `id\n${'1\n'.repeat(1000)}`)
    await fixture.write('big.csv.gz', gzipSync(`id\n${'1\n'.repeat(1000)}`))
    const { rejected } = await fixture.run({ paths: ['big.*'], maxFileBytes: 500, maxExpandedBytes: 500 })
    expect(rejected.map((entry) => [entry.key, entry.reason])).toEqual([
      [['big.csv'], 'FILE_TOO_LARGE'],
      [['big.csv.gz'], 'ARCHIVE_BOMB'],
    ])
  })

  it('quarantines bad rows with their lines and stores their neighbors', async () => {
    await fixture.write('rows.csv', `a,b\n1,2\n1,2,3\n${'x'.repeat(2000)},1\n"open,1\n3,4\n`)
    const { store, rejected } = await fixture.run({ paths: ['rows.csv'], maxRecordBytes: 1000 })
    expect(rejected.map((entry) => [entry.reason, entry.message.slice(0, 18)])).toEqual([
      ['RECORD_INVALID', 'rows.csv: line 3 h'],
      ['RECORD_TOO_LARGE', 'rows.csv: line 4 h'],
      ['RECORD_INVALID', 'rows.csv: line 5 o'],
    ])
    expect(store.records('rows').map((stored) => stored.record.data)).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ])
  })

  it('rejects keys that cannot be stored', async () => {
    await fixture.write('k.ndjson', '{"k":"a\\u0000b"}\n{"k":"\\ud800"}\n{"k":"e\\u0301"}\n{"k":"\\u00e9"}\n')
    const { store, rejected } = await fixture.run({ paths: ['k.ndjson'], keyFields: ['k'] })
    expect(rejected.map((entry) => entry.reason)).toEqual(['TEXT_NOT_STORABLE', 'TEXT_NOT_STORABLE'])
    expect(store.snapshot('rows').size).toBe(2)
  })
})
