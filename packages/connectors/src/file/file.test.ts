import { execFileSync } from 'node:child_process'
import { rename, symlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { createRecordStore, type RecordStore } from '@inlet/connector-sdk/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileBed, type FileBed } from './testbed/file-bed.js'

let bed: FileBed
beforeEach(async () => {
  bed = await createFileBed()
})
afterEach(() => bed[Symbol.asyncDispose]())

const keys = (store: RecordStore, stream: string) => [...store.snapshot(stream).keys()]
const dataOf = (store: RecordStore, stream: string) => store.records(stream).map((stored) => stored.record.data)
const all = () => ({ paths: [`${bed.root}/**`] })

describe('formats', () => {
  it.each([
    ['a.csv', 'id,n\n1,x\n2,y\n'],
    ['a.tsv', 'id\tn\n1\tx\n2\ty\n'],
    ['a.ndjson', '{"id":"1","n":"x"}\n{"id":"2","n":"y"}\n'],
    ['a.jsonl', '{"id":"1","n":"x"}\n{"id":"2","n":"y"}'],
    ['a.json', '[{"id":"1","n":"x"},{"id":"2","n":"y"}]'],
    ['unnamed', 'id;n\n1;x\n2;y\n'],
    ['unnamed-json', '{"id":"1","n":"x"}\n{"id":"2","n":"y"}\n'],
  ])('reads the rows of %s, plain and gzip-ed', async (name, content) => {
    await bed.write(name, content)
    await bed.write(`${name}.gz`, gzipSync(content))
    const { store, rejected } = await bed.run(all())
    expect(rejected).toEqual([])
    expect(keys(store, 'rows')).toEqual([`["${name}",1]`, `["${name}",2]`, `["${name}.gz",1]`, `["${name}.gz",2]`])
    expect(dataOf(store, 'rows').slice(0, 2)).toEqual([
      { id: '1', n: 'x' },
      { id: '2', n: 'y' },
    ])
    expect(dataOf(store, 'files')[0]).toMatchObject({ path: name, rows: 2, readAs: 'rows', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  it('makes documents of Markdown, HTML and text', async () => {
    await bed.write('a.md', '---\ntitle: "From front"\n---\n# Other\n\nBody')
    await bed.write('b.md', '```\n# code\n```\n\n## Real *heading* ##\nBody')
    await bed.write(
      'c.html',
      '<html><head><title>Page &amp; more</title><style>x{}</style></head><body><nav>Menu</nav><h1>H</h1><p>One <b>two</b></p><script>evil()</script><p>three</p>',
    )
    await bed.write('d.txt', 'Plain text, no heading.')
    const { store } = await bed.run(all())
    const documents = store.records('documents').map(({ record }) => [record.key, record.title, record.text])
    expect(documents).toEqual([
      ['a.md', 'From front', '---\ntitle: "From front"\n---\n# Other\n\nBody'],
      ['b.md', 'Real *heading*', '```\n# code\n```\n\n## Real *heading* ##\nBody'],
      ['c.html', 'Page & more', 'Menu\n\nH\n\nOne two\n\nthree'],
      ['d.txt', 'd.txt', 'Plain text, no heading.'],
    ])
    expect(store.snapshot('rows').size).toBe(0)
  })

  it('makes one record of a file, or one of a line, when asked', async () => {
    await bed.write('a.json', '{"n":9007199254740993}')
    await bed.write('a.txt', 'one\n\ntwo\n')
    const whole = await bed.run({ ...all(), recordPer: 'file' })
    expect(whole.store.find('documents', 'a.json')?.record).toMatchObject({
      text: '{"n":9007199254740993}',
      data: { content: { n: 9007199254740993n } },
    })
    const lines = await bed.run({ paths: [`${bed.root}/a.txt`], recordPer: 'row' })
    expect(dataOf(lines.store, 'rows')).toEqual([{ line: 'one' }, { line: 'two' }])
  })

  it('maps fields and keys', async () => {
    await bed.write('a.csv', 'sku,name,about,url,at\nA1,Chair,Soft,https://x.test/1,2024-05-01\n,None,,,\nA2,Table,,,not a date\n')
    const { store, rejected } = await bed.run({
      ...all(),
      keyFields: ['sku'],
      kind: 'item',
      fields: { title: 'name', text: ['name', 'about'], url: 'url', occurredAt: 'at' },
    })
    expect(store.find('rows', ['a.csv', 'A1'])?.record).toMatchObject({
      kind: 'item',
      title: 'Chair',
      text: 'Chair\n\nSoft',
      url: 'https://x.test/1',
      occurredAt: '2024-05-01T00:00:00.000Z',
      scope: 'a.csv',
    })
    expect(store.find('rows', ['a.csv', 'A2'])?.record.occurredAt).toBeUndefined()
    expect(rejected).toMatchObject([{ stream: 'rows', reason: 'RECORD_KEY_MISSING', key: ['a.csv', 2] }])
  })

  it.each([
    ['UTF-8 with a mark', Buffer.from('\ufeffname\nGrüße\n', 'utf8')],
    ['UTF-16LE with a mark', Buffer.from('\ufeffname\nGrüße\n', 'utf16le')],
    ['UTF-16LE without', Buffer.from('name\nGrüße aus Köln und anderswo\n'.replace(' aus Köln und anderswo', ''), 'utf16le')],
    ['UTF-16BE with a mark', Buffer.from('\ufeffname\nGrüße\n', 'utf16le').swap16()],
    ['Latin-1', Buffer.from('name\nGrüße\n', 'latin1')],
    [
      'Latin-1 far behind plain ASCII',
      Buffer.concat([Buffer.from('name\n'), Buffer.from('plain\n'.repeat(30_000)), Buffer.from('Grüße\n', 'latin1')]),
    ],
    ['Latin-1 with an odd last byte', Buffer.from('name\nGrüße\nCafé', 'latin1')],
  ])('decodes %s', async (_name, content) => {
    await bed.write('a.csv', content)
    const { store } = await bed.run(all())
    expect(dataOf(store, 'rows').map((data) => data['name'])).toContain('Grüße')
  })

  it('takes a named encoding and says when bytes do not fit it', async () => {
    await bed.write('a.csv', Buffer.from('name\n\x8a\n', 'latin1'))
    expect(dataOf((await bed.run({ ...all(), encoding: 'windows-1252' })).store, 'rows')).toEqual([{ name: 'Š' }])
    const wrong = await bed.run({ ...all(), encoding: 'utf-8' })
    expect(dataOf(wrong.store, 'rows')).toEqual([{ name: '\ufffd' }])
    expect(wrong.warnings).toEqual(['some bytes do not fit the encoding'])
  })

  it('reads uploads, keyed by their id', async () => {
    const uploads = [
      { id: 'u2', name: 'people.csv', content: Buffer.from('id\n1\n') },
      { id: 'u1', name: 'notes.md.gz', content: gzipSync('# Notes') },
    ]
    const first = await bed.run({ uploads: ['u1', 'u2', 'u3'] }, { uploads })
    expect(keys(first.store, 'rows')).toEqual(['["u2",1]'])
    expect(keys(first.store, 'documents')).toEqual(['u1'])
    expect(first.rejected).toMatchObject([{ stream: 'files', reason: 'NOT_FOUND_UPSTREAM', key: ['u3'] }])
    const again = await bed.run({ uploads: ['u1', 'u2'] }, { uploads, store: first.store })
    expect(again).toMatchObject({ emitted: 0, deleted: 0 })
    const gone = await bed.run({ uploads: ['u1', 'u2'] }, { uploads: uploads.slice(1), store: first.store })
    expect(gone.deleted).toBe(2)
  })
})

describe('finding files', () => {
  it('reads folders with and without subfolders, globs, and leaves out what is excluded or hidden', async () => {
    for (const name of ['a.csv', 'in/b.csv', 'in/deep/c.csv', 'in/d.tsv', '.hidden/e.csv', 'tmp/f.csv']) await bed.write(name, 'id\tx\n1\t2\n')
    const found = async (config: object) => keys((await bed.run(config)).store, 'files')
    expect(await found({ paths: [bed.root] })).toEqual(['a.csv', 'in/b.csv', 'in/d.tsv', 'in/deep/c.csv', 'tmp/f.csv'])
    expect(await found({ paths: [`${bed.root}/in`], recursive: false })).toEqual(['in/b.csv', 'in/d.tsv'])
    expect(await found({ paths: [`${bed.root}/**/*.csv`], exclude: ['tmp/**'] })).toEqual(['a.csv', 'in/b.csv', 'in/deep/c.csv'])
    expect(await found({ paths: ['in/*.{csv,tsv}', 'a.csv', 'in/b.csv'] })).toEqual(['a.csv', 'in/b.csv', 'in/d.tsv'])
  })

  it('never follows links, and refuses FIFOs', async () => {
    await bed.write('a.csv', 'id\n1\n')
    await symlink('/etc', path.join(bed.root, 'etc'))
    await symlink(path.join(bed.root, 'a.csv'), path.join(bed.root, 'b.csv'))
    execFileSync('mkfifo', [path.join(bed.root, 'c.csv')])
    expect(keys((await bed.run(all())).store, 'files')).toEqual(['a.csv'])
    const named = await bed.run({ paths: [`${bed.root}/c.csv`, `${bed.root}/a.csv`] })
    expect(keys(named.store, 'files')).toEqual(['a.csv'])
    await expect(bed.run({ paths: [`${bed.root}/etc/passwd`] })).rejects.toMatchObject({ reason: 'PATH_ESCAPE', field: 'config.paths.0' })
  })

  it('keeps the order of positions when names of files and folders mix', async () => {
    for (const name of ['a.csv', 'a/b.csv', 'a-b.csv', 'a0/c.csv']) await bed.write(name, 'id\n1\n')
    const { pages } = await bed.run(all())
    const order = (pages.get('rows') ?? []).flatMap((page) => page.records.map((record) => record.scope ?? ''))
    expect(order).toEqual([...order].sort())
    expect(order).toHaveLength(4)
  })

  it('fails rather than deleting everything when a folder is not there', async () => {
    await bed.write('in/a.csv', 'id\n1\n')
    const config = { paths: [`${bed.root}/in/**`] }
    const { store } = await bed.run(config)
    await rename(path.join(bed.root, 'in'), path.join(bed.root, 'away'))
    await expect(bed.run(config, { store })).rejects.toMatchObject({ reason: 'NOT_FOUND_UPSTREAM' })
    expect(store.snapshot('rows').size).toBe(1)
  })

  it.each([
    [{ paths: ['/etc/passwd'] }, 'PATH_NOT_ALLOWED'],
    [{ paths: ['../x'] }, 'PATH_NOT_ALLOWED'],
    [{ paths: ['in/%2e%2e/x'] }, 'PATH_NOT_ALLOWED'],
    [{ paths: ['a*b*c*d*e'] }, 'VALIDATION_FAILED'],
    [{ paths: ['none.csv'] }, 'NOT_FOUND_UPSTREAM'],
    [{ paths: ['none/*.csv'] }, 'NOT_FOUND_UPSTREAM'],
    [{ paths: ['*.csv'] }, 'NOT_FOUND_UPSTREAM'],
    [{ paths: ['a.csv'], encoding: 'klingon' }, 'VALIDATION_FAILED'],
    [{ paths: ['a.csv'], append: true }, 'VALIDATION_FAILED'],
    [{ paths: ['a.csv'], unknown: 1 }, 'VALIDATION_FAILED'],
    [{}, 'VALIDATION_FAILED'],
  ])('check of %j says %s', async (config, reason) => {
    await expect(bed.check(config)).rejects.toMatchObject({ reason })
  })

  it('check passes when a file can be opened', async () => {
    await bed.write('a.csv', 'id\n1\n')
    await expect(bed.check(all())).resolves.toBeUndefined()
  })
})

describe('following changes', () => {
  it('reads nothing again when nothing changed, and only what did otherwise', async () => {
    await bed.write('a.csv', 'id\n1\n2\n')
    await bed.write('b.csv', 'id\n1\n')
    await bed.write('c.md', '# C')
    const store = createRecordStore()
    expect(await bed.run(all(), { store })).toMatchObject({ inserted: 3 + 1 + 3 })
    expect(await bed.run(all(), { store })).toMatchObject({ emitted: 0, deleted: 0 })
    await bed.write('a.csv', 'id\n1\n')
    await bed.write('c.md', '# D')
    const changed = await bed.run(all(), { store })
    expect(changed).toMatchObject({ inserted: 0, deleted: 1, updated: 3, emitted: 4 })
    expect(await bed.run(all(), { store })).toMatchObject({ emitted: 0, deleted: 0 })
  })

  it('notices other content of the same size and modification time', async () => {
    await bed.write('a.csv', 'id\n1\n')
    const time = new Date('2024-01-01')
    await utimes(path.join(bed.root, 'a.csv'), time, time)
    const { store } = await bed.run(all())
    await bed.write('a.csv', 'id\n2\n')
    await utimes(path.join(bed.root, 'a.csv'), time, time)
    await bed.run(all(), { store })
    expect(dataOf(store, 'rows')).toEqual([{ id: '2' }])
  })

  it('deletes what a vanished file held, and nothing else', async () => {
    for (const name of ['a.csv', 'b.csv', 'c.md', 'd.md']) await bed.write(name, name.endsWith('csv') ? 'id\n1\n' : '# x')
    const { store } = await bed.run(all())
    await bed.remove('a.csv')
    await bed.remove('c.md')
    expect((await bed.run(all(), { store })).deleted).toBe(4)
    expect(keys(store, 'files')).toEqual(['b.csv', 'd.md'])
    expect(keys(store, 'rows')).toEqual(['["b.csv",1]'])
    expect(keys(store, 'documents')).toEqual(['d.md'])
  })

  it('deletes the rows of a file that vanished after a run that died before it recorded the file', async () => {
    await bed.write('a.csv', 'id\n1\n')
    await bed.write('b.csv', 'id\n1\n')
    const { store } = await bed.run(all(), { streams: ['rows'] })
    await bed.remove('a.csv')
    await bed.run(all(), { store })
    expect(keys(store, 'rows')).toEqual(['["b.csv",1]'])
  })

  it('reads a file again when its rows are not known to be stored, though its record says so', async () => {
    await bed.write('a.csv', 'id\n1\n')
    const lost = await bed.run(all())
    // Rows and cursor were lost with the queue; the record of the file had been written.
    const store = createRecordStore()
    const spec = { name: 'files', kind: 'item', incremental: false, deletes: 'sweep' } as const
    const run = store.beginRun(spec)
    for (const page of lost.pages.get('files') ?? []) run.apply(page)
    await bed.run(all(), { store })
    expect(keys(store, 'rows')).toEqual(['["a.csv",1]'])
  })

  it('reads everything again with other settings', async () => {
    await bed.write('a.csv', 'id;n\n1;x\n')
    const { store } = await bed.run({ ...all(), delimiter: ',' })
    await bed.run({ ...all(), delimiter: ';' }, { store })
    expect(dataOf(store, 'rows')).toEqual([{ id: '1', n: 'x' }])
  })

  it('continues in the middle of a file, keeping the last good state of a row that was rejected before the interruption', async () => {
    const rows = (third: string) => Array.from({ length: 2500 }, (_, i) => (i === 2 ? third : `{"id":${i}}`)).join('\n')
    await bed.write('a.ndjson', rows('{"id":2}'))
    const { store } = await bed.run(all())
    await bed.write('a.ndjson', `${rows('{"id":')}\n`)
    const interrupted = await bed.run(all(), { store: store.clone(), streams: ['rows'] })
    const spec = { name: 'rows', kind: 'row', incremental: true, deletes: 'sweep' } as const
    const [first] = interrupted.pages.get('rows') ?? []
    expect(first?.rejected).toHaveLength(1)
    store.beginRun(spec).apply(first ?? { records: [] })
    await bed.run(all(), { store })
    expect(keys(store, 'rows')).toContain('["a.ndjson",3]')
  })

  it('goes on in the middle of a file, keeping what is stored', async () => {
    await bed.write('a.csv', `id\n${Array.from({ length: 2500 }, (_, i) => `${i}\n`).join('')}`)
    const whole = await bed.run(all(), { streams: ['rows'] })
    const store = createRecordStore()
    const spec = { name: 'rows', kind: 'row', incremental: true, deletes: 'sweep' } as const
    const cut = store.beginRun(spec)
    for (const page of (whole.pages.get('rows') ?? []).slice(0, 2)) cut.apply(page)
    expect(store.snapshot('rows').size).toBe(2000)
    const rest = await bed.run(all(), { store, streams: ['rows'] })
    expect(rest).toMatchObject({ emitted: 500, inserted: 500, deleted: 0 })
    expect(store.snapshot('rows')).toEqual(whole.store.snapshot('rows'))
  })
})
