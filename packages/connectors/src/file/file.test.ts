import { execFileSync } from 'node:child_process'
import { rename, symlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { createRecordStore, type RecordStore } from '@inlet/connector-sdk/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileFixture, type FileFixture } from './fixtures/file-fixture.js'

let fixture: FileFixture
beforeEach(async () => {
  fixture = await createFileFixture()
})
afterEach(() => fixture[Symbol.asyncDispose]())

const keys = (store: RecordStore, stream: string) => [...store.snapshot(stream).keys()]
const dataOf = (store: RecordStore, stream: string) => store.records(stream).map((stored) => stored.record.data)
const all = () => ({ paths: [`${fixture.root}/**`] })

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
    await fixture.write(name, content)
    await fixture.write(`${name}.gz`, gzipSync(content))
    const { store, rejected } = await fixture.run(all())
    expect(rejected).toEqual([])
    expect(keys(store, 'rows')).toEqual([`["${name}",1]`, `["${name}",2]`, `["${name}.gz",1]`, `["${name}.gz",2]`])
    expect(dataOf(store, 'rows').slice(0, 2)).toEqual([
      { id: '1', n: 'x' },
      { id: '2', n: 'y' },
    ])
    expect(dataOf(store, 'files')[0]).toMatchObject({ path: name, rows: 2, readAs: 'rows', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  it('turns Markdown, HTML and text into documents', async () => {
    await fixture.write('a.md', '---\ntitle: "From front"\n---\n# Other\n\nBody')
    await fixture.write('b.md', '```\n# code\n```\n\n## Real *heading* ##\nBody')
    await fixture.write(
      'c.html',
      '<html><head><title>Page &amp; more</title><style>x{}</style></head><body><nav>Menu</nav><h1>H</h1><p>One <b>two</b></p><script>evil()</script><p>three</p>',
    )
    await fixture.write('d.txt', 'Plain text, no heading.')
    const { store } = await fixture.run(all())
    const documents = store.records('documents').map(({ record }) => [record.key, record.title, record.text])
    expect(documents).toEqual([
      ['a.md', 'From front', '---\ntitle: "From front"\n---\n# Other\n\nBody'],
      ['b.md', 'Real *heading*', '```\n# code\n```\n\n## Real *heading* ##\nBody'],
      ['c.html', 'Page & more', 'Menu\n\nH\n\nOne two\n\nthree'],
      ['d.txt', 'd.txt', 'Plain text, no heading.'],
    ])
    expect(store.snapshot('rows').size).toBe(0)
  })

  it('makes one record per file, or per line, when configured', async () => {
    await fixture.write('a.json', '{"n":9007199254740993}')
    await fixture.write('a.txt', 'one\n\ntwo\n')
    const whole = await fixture.run({ ...all(), recordPer: 'file' })
    expect(whole.store.find('documents', 'a.json')?.record).toMatchObject({
      text: '{"n":9007199254740993}',
      data: { content: { n: 9007199254740993n } },
    })
    const lines = await fixture.run({ paths: [`${fixture.root}/a.txt`], recordPer: 'row' })
    expect(dataOf(lines.store, 'rows')).toEqual([{ line: 'one' }, { line: 'two' }])
  })

  it('maps fields and keys', async () => {
    await fixture.write('a.csv', 'sku,name,about,url,at\nA1,Chair,Soft,https://x.test/1,2024-05-01\n,None,,,\nA2,Table,,,not a date\n')
    const { store, rejected } = await fixture.run({
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
    await fixture.write('a.csv', content)
    const { store } = await fixture.run(all())
    expect(dataOf(store, 'rows').map((data) => data['name'])).toContain('Grüße')
  })

  it('uses a configured encoding and reports bytes that do not fit it', async () => {
    await fixture.write('a.csv', Buffer.from('name\n\x8a\n', 'latin1'))
    expect(dataOf((await fixture.run({ ...all(), encoding: 'windows-1252' })).store, 'rows')).toEqual([{ name: 'Š' }])
    const wrong = await fixture.run({ ...all(), encoding: 'utf-8' })
    expect(dataOf(wrong.store, 'rows')).toEqual([{ name: '\ufffd' }])
    expect(wrong.warnings).toEqual(['some bytes do not fit the encoding'])
  })

  it('reads uploads, keyed by their id', async () => {
    const uploads = [
      { id: 'u2', name: 'people.csv', content: Buffer.from('id\n1\n') },
      { id: 'u1', name: 'notes.md.gz', content: gzipSync('# Notes') },
    ]
    const first = await fixture.run({ uploads: ['u1', 'u2', 'u3'] }, { uploads })
    expect(keys(first.store, 'rows')).toEqual(['["u2",1]'])
    expect(keys(first.store, 'documents')).toEqual(['u1'])
    expect(first.rejected).toMatchObject([{ stream: 'files', reason: 'NOT_FOUND_UPSTREAM', key: 'u3' }])
    const again = await fixture.run({ uploads: ['u1', 'u2'] }, { uploads, store: first.store })
    expect(again).toMatchObject({ emitted: 0, deleted: 0 })
    const gone = await fixture.run({ uploads: ['u1', 'u2'] }, { uploads: uploads.slice(1), store: first.store })
    expect(gone.deleted).toBe(2)
  })
})

describe('finding files', () => {
  it('reads folders with and without subfolders, globs, and leaves out what is excluded or hidden', async () => {
    for (const name of ['a.csv', 'in/b.csv', 'in/deep/c.csv', 'in/d.tsv', '.hidden/e.csv', 'tmp/f.csv']) await fixture.write(name, 'id\tx\n1\t2\n')
    const found = async (config: object) => keys((await fixture.run(config)).store, 'files')
    expect(await found({ paths: [fixture.root] })).toEqual(['a.csv', 'in/b.csv', 'in/d.tsv', 'in/deep/c.csv', 'tmp/f.csv'])
    expect(await found({ paths: [`${fixture.root}/in`], recursive: false })).toEqual(['in/b.csv', 'in/d.tsv'])
    expect(await found({ paths: [`${fixture.root}/**/*.csv`], exclude: ['tmp/**'] })).toEqual(['a.csv', 'in/b.csv', 'in/deep/c.csv'])
    expect(await found({ paths: ['in/*.{csv,tsv}', 'a.csv', 'in/b.csv'] })).toEqual(['a.csv', 'in/b.csv', 'in/d.tsv'])
  })

  it('never follows links, and refuses FIFOs', async () => {
    await fixture.write('a.csv', 'id\n1\n')
    await symlink('/etc', path.join(fixture.root, 'etc'))
    await symlink(path.join(fixture.root, 'a.csv'), path.join(fixture.root, 'b.csv'))
    execFileSync('mkfifo', [path.join(fixture.root, 'c.csv')])
    expect(keys((await fixture.run(all())).store, 'files')).toEqual(['a.csv'])
    const named = await fixture.run({ paths: [`${fixture.root}/c.csv`, `${fixture.root}/a.csv`] })
    expect(keys(named.store, 'files')).toEqual(['a.csv'])
    await expect(fixture.run({ paths: [`${fixture.root}/etc/passwd`] })).rejects.toMatchObject({ reason: 'PATH_ESCAPE', field: 'config.paths.0' })
  })

  it('keeps the order of positions when names of files and folders are mixed', async () => {
    for (const name of ['a.csv', 'a/b.csv', 'a-b.csv', 'a0/c.csv']) await fixture.write(name, 'id\n1\n')
    const { pages } = await fixture.run(all())
    const order = (pages.get('rows') ?? []).flatMap((page) => page.records.map((record) => record.scope ?? ''))
    expect(order).toEqual([...order].sort())
    expect(order).toHaveLength(4)
  })

  it('fails rather than deleting everything when a folder is missing', async () => {
    await fixture.write('in/a.csv', 'id\n1\n')
    const config = { paths: [`${fixture.root}/in/**`] }
    const { store } = await fixture.run(config)
    await rename(path.join(fixture.root, 'in'), path.join(fixture.root, 'away'))
    await expect(fixture.run(config, { store })).rejects.toMatchObject({ reason: 'NOT_FOUND_UPSTREAM' })
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
  ])('check of %j reports %s', async (config, reason) => {
    await expect(fixture.check(config)).rejects.toMatchObject({ reason })
  })

  it('check passes when a file can be opened', async () => {
    await fixture.write('a.csv', 'id\n1\n')
    await expect(fixture.check(all())).resolves.toBeUndefined()
  })
})

describe('following changes', () => {
  it('reads nothing again when nothing changed, and otherwise only what did', async () => {
    await fixture.write('a.csv', 'id\n1\n2\n')
    await fixture.write('b.csv', 'id\n1\n')
    await fixture.write('c.md', '# C')
    const store = createRecordStore()
    expect(await fixture.run(all(), { store })).toMatchObject({ inserted: 3 + 1 + 3 })
    expect(await fixture.run(all(), { store })).toMatchObject({ emitted: 0, deleted: 0 })
    await fixture.write('a.csv', 'id\n1\n')
    await fixture.write('c.md', '# D')
    const changed = await fixture.run(all(), { store })
    expect(changed).toMatchObject({ inserted: 0, deleted: 1, updated: 3, emitted: 4 })
    expect(await fixture.run(all(), { store })).toMatchObject({ emitted: 0, deleted: 0 })
  })

  it('notices different content of the same size and modification time', async () => {
    await fixture.write('a.csv', 'id\n1\n')
    const time = new Date('2024-01-01')
    await utimes(path.join(fixture.root, 'a.csv'), time, time)
    const { store } = await fixture.run(all())
    await fixture.write('a.csv', 'id\n2\n')
    await utimes(path.join(fixture.root, 'a.csv'), time, time)
    await fixture.run(all(), { store })
    expect(dataOf(store, 'rows')).toEqual([{ id: '2' }])
  })

  it('deletes the records of a vanished file, and nothing else', async () => {
    for (const name of ['a.csv', 'b.csv', 'c.md', 'd.md']) await fixture.write(name, name.endsWith('csv') ? 'id\n1\n' : '# x')
    const { store } = await fixture.run(all())
    await fixture.remove('a.csv')
    await fixture.remove('c.md')
    expect((await fixture.run(all(), { store })).deleted).toBe(4)
    expect(keys(store, 'files')).toEqual(['b.csv', 'd.md'])
    expect(keys(store, 'rows')).toEqual(['["b.csv",1]'])
    expect(keys(store, 'documents')).toEqual(['d.md'])
  })

  it('deletes the rows of a file that vanished after a run that died before it recorded the file', async () => {
    await fixture.write('a.csv', 'id\n1\n')
    await fixture.write('b.csv', 'id\n1\n')
    const { store } = await fixture.run(all(), { streams: ['rows'] })
    await fixture.remove('a.csv')
    await fixture.run(all(), { store })
    expect(keys(store, 'rows')).toEqual(['["b.csv",1]'])
  })

  it('reads a file again when its rows are not known to be stored, even if its record says so', async () => {
    await fixture.write('a.csv', 'id\n1\n')
    const lost = await fixture.run(all())
    // Rows and cursor were lost with the queue; the record of the file had been written.
    const store = createRecordStore()
    const spec = { name: 'files', kind: 'item', incremental: false, deletes: 'sweep' } as const
    const run = store.beginRun(spec)
    for (const page of lost.pages.get('files') ?? []) run.apply(page)
    await fixture.run(all(), { store })
    expect(keys(store, 'rows')).toEqual(['["a.csv",1]'])
  })

  it('reads everything again with different settings', async () => {
    await fixture.write('a.csv', 'id;n\n1;x\n')
    const { store } = await fixture.run({ ...all(), delimiter: ',' })
    await fixture.run({ ...all(), delimiter: ';' }, { store })
    expect(dataOf(store, 'rows')).toEqual([{ id: '1', n: 'x' }])
  })

  it('continues partway through a file, keeping the last good state of a row that was rejected before the interruption', async () => {
    const rows = (third: string) => Array.from({ length: 2500 }, (_, i) => (i === 2 ? third : `{"id":${i}}`)).join('\n')
    await fixture.write('a.ndjson', rows('{"id":2}'))
    const { store } = await fixture.run(all())
    await fixture.write('a.ndjson', `${rows('{"id":')}\n`)
    const interrupted = await fixture.run(all(), { store: store.clone(), streams: ['rows'] })
    const spec = { name: 'rows', kind: 'row', incremental: true, deletes: 'sweep' } as const
    const [first] = interrupted.pages.get('rows') ?? []
    expect(first?.rejected).toHaveLength(1)
    store.beginRun(spec).apply(first ?? { records: [] })
    await fixture.run(all(), { store })
    expect(keys(store, 'rows')).toContain('["a.ndjson",3]')
  })

  it('continues partway through a file, keeping what is stored', async () => {
    await fixture.write('a.csv', `id\n${Array.from({ length: 2500 }, (_, i) => `${i}\n`).join('')}`)
    const whole = await fixture.run(all(), { streams: ['rows'] })
    const store = createRecordStore()
    const spec = { name: 'rows', kind: 'row', incremental: true, deletes: 'sweep' } as const
    const cut = store.beginRun(spec)
    for (const page of (whole.pages.get('rows') ?? []).slice(0, 2)) cut.apply(page)
    expect(store.snapshot('rows').size).toBe(2000)
    const rest = await fixture.run(all(), { store, streams: ['rows'] })
    expect(rest).toMatchObject({ emitted: 500, inserted: 500, deleted: 0 })
    expect(store.snapshot('rows')).toEqual(whole.store.snapshot('rows'))
  })
})
