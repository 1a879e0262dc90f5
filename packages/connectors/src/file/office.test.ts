import { gzipSync } from 'node:zlib'
import { ByteWriter, parquetWrite } from 'hyparquet-writer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeDocx, makeXlsx } from '../parsing/fixtures/make-office.js'
import { makeEncryptedPdf, makePdf } from '../parsing/fixtures/make-pdf.js'
import { makeZip } from '../parsing/fixtures/make-zip.js'
import { createFileFixture, type FileFixture } from './fixtures/file-fixture.js'

let fixture: FileFixture
beforeEach(async () => {
  fixture = await createFileFixture()
})
afterEach(() => fixture[Symbol.asyncDispose]())

const all = () => ({ paths: [fixture.root] })
const paragraph = (text: string, style = '') =>
  `<w:p>${style === '' ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`
const cell = (text: string) => `<w:tc>${paragraph(text)}</w:tc>`
const parquetOf = (ids: readonly bigint[]): Buffer => {
  const writer = new ByteWriter()
  void parquetWrite({ writer, columnData: [{ name: 'id', data: [...ids], type: 'INT64' }] })
  return Buffer.from(writer.getBuffer())
}

describe('documents', () => {
  it('reads a PDF, and a Word document, by name, by content and through gzip', async () => {
    const pdf = makePdf(['First page', 'Second page'], { Title: 'Annual report' })
    const docx = makeDocx(
      paragraph('Plan', 'Heading1') +
        '<w:p><w:r><w:t>One</w:t><w:tab/><w:t>two</w:t><w:br/><w:t>three</w:t><w:delText>gone</w:delText></w:r></w:p>' +
        `<w:tbl><w:tr>${cell('a')}${cell('b')}</w:tr><w:tr>${cell('c')}${cell('d &amp; e')}</w:tr></w:tbl>`,
    )
    await fixture.write('a.pdf', pdf)
    await fixture.write('b.pdf.gz', gzipSync(pdf))
    await fixture.write('c', pdf)
    await fixture.write('d.docx', docx)
    await fixture.write('e', docx)
    await fixture.write('f.docx', makeDocx(paragraph('Text'), 'From the properties'))
    const { store, rejected } = await fixture.run(all())
    expect(rejected).toEqual([])
    const documents = store.records('documents').map(({ record }) => [record.key, record.title, record.text])
    const plan = 'Plan\n\nOne\ttwo\nthree\n\na | b\nc | d & e'
    expect(documents).toEqual([
      ['a.pdf', 'Annual report', 'First page\n\f\nSecond page'],
      ['b.pdf.gz', 'Annual report', 'First page\n\f\nSecond page'],
      ['c', 'Annual report', 'First page\n\f\nSecond page'],
      ['d.docx', 'Plan', plan],
      ['e', 'Plan', plan],
      ['f.docx', 'From the properties', 'Text'],
    ])
    expect(store.find('documents', 'a.pdf')?.record.data).toMatchObject({ format: 'pdf', pages: 2, info: { Title: 'Annual report' } })
    expect(store.find('files', 'a.pdf')?.record.data).toMatchObject({
      format: 'pdf',
      readAs: 'documents',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(await fixture.run(all(), { store })).toMatchObject({ emitted: 0, deleted: 0 })
  })

  it('makes a record of each page when configured', async () => {
    await fixture.write('a.pdf', makePdf(['One', 'Two']))
    const { store } = await fixture.run({ ...all(), recordPer: 'row', fields: { text: 'text' } })
    expect(store.records('rows').map(({ record }) => [record.key, record.text])).toEqual([
      [['a.pdf', 1], 'One'],
      [['a.pdf', 2], 'Two'],
    ])
  })

  it('takes a PDF from an upload', async () => {
    const { store } = await fixture.run({ uploads: ['u1'] }, { uploads: [{ id: 'u1', name: 'a.pdf', content: makePdf(['From an upload']) }] })
    expect(store.find('documents', 'u1')?.record.text).toBe('From an upload')
  })
})

describe('tables', () => {
  it('reads the visible sheets of a workbook, with dates, types and gaps as they are', async () => {
    const header = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>When</t></is></c><c r="C1" t="str"><v>Amount</v></c></row>'
    const xlsx = makeXlsx(
      {
        Orders:
          `${header}<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" s="1"><v>45413</v></c><c r="C2" s="3"><v>1.5</v></c></row>` +
          '<row r="3"/><row r="4"><c r="B4" s="2"><v>45413.5104166667</v></c><c r="C4"><v>1e3</v></c><c r="D4" t="b"><v>1</v></c></row>',
        Notes: '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>',
        Secret: '<row r="1"><c r="A1"><v>1</v></c></row>',
      },
      { strings: ['<t>Name</t>', '<r><t>Rich </t></r><r><t>text</t></r><rPh><t>x</t></rPh>'], hidden: ['Secret'] },
    )
    await fixture.write('a.xlsx', xlsx)
    const { store, rejected } = await fixture.run(all())
    expect(rejected).toEqual([])
    expect(store.records('rows').map(({ record }) => [record.key, record.data])).toEqual([
      [['a.xlsx', 'Orders', 2], { _sheet: 'Orders', Name: 'Rich text', When: '2024-05-01', Amount: 1.5 }],
      [['a.xlsx', 'Orders', 4], { _sheet: 'Orders', Name: null, When: '2024-05-01T12:15:00', Amount: 1000, column_4: true }],
      [['a.xlsx', 'Notes', 2], { _sheet: 'Notes', 1: '#REF!' }],
    ])
    expect(store.find('files', 'a.xlsx')?.record.data).toMatchObject({ format: 'xlsx', rows: 3 })
  })

  it('counts days from 1904 when the workbook does', async () => {
    await fixture.write('a.xlsx', makeXlsx({ S: '<row r="1"><c r="A1" s="1"><v>0</v></c></row>' }, { date1904: true }))
    const { store } = await fixture.run({ ...all(), header: ['day'] })
    expect(store.records('rows')[0]?.record.data).toEqual({ _sheet: 'S', day: '1904-01-01' })
  })

  it('reads Parquet, whatever its size, with every digit', async () => {
    await fixture.write('a.parquet', parquetOf([9007199254740993n, 2n]))
    const { store } = await fixture.run(all())
    expect(store.records('rows').map(({ record }) => record.data)).toEqual([{ id: 9007199254740993n }, { id: 2 }])
  })
})

describe('archives', () => {
  const inside = (more: Parameters<typeof makeZip>[0] = []) =>
    makeZip([
      { name: 'tables/a.csv', content: 'id,n\n1,x\n2,y\n' },
      { name: 'docs/readme.md', content: '# Read me' },
      { name: 'docs/report.pdf', content: makePdf(['In the archive']), stored: true },
      { name: 'data.parquet', content: parquetOf([7n]) },
      { name: '__MACOSX/._a.csv', content: 'junk' },
      ...more,
    ])

  it('reads the files inside, as rows and documents, and nothing again while it is unchanged', async () => {
    await fixture.write('b.zip', inside())
    const { store, rejected } = await fixture.run(all())
    expect(rejected).toEqual([])
    expect([...store.snapshot('rows').keys()]).toEqual(['["b.zip!/tables/a.csv",1]', '["b.zip!/tables/a.csv",2]', '["b.zip!/data.parquet",1]'])
    expect([...store.snapshot('documents').keys()]).toEqual(['b.zip!/docs/readme.md', 'b.zip!/docs/report.pdf'])
    expect(store.find('files', 'b.zip')?.record.data).toMatchObject({ format: 'zip', readAs: 'archive', files: 4, rows: 3, documents: 2 })
    expect(await fixture.run(all(), { store })).toMatchObject({ emitted: 0, deleted: 0 })
    expect(await fixture.run(all(), { store })).toMatchObject({ emitted: 0, deleted: 0 })
  })

  it('follows an archive that changes, and one that disappears', async () => {
    await fixture.write('b.zip', inside())
    await fixture.write('c.zip', inside())
    const { store } = await fixture.run(all())
    await fixture.write('b.zip', makeZip([{ name: 'tables/a.csv', content: 'id,n\n1,x\n' }]))
    await fixture.remove('c.zip')
    await fixture.run(all(), { store })
    expect([...store.snapshot('rows').keys()]).toEqual(['["b.zip!/tables/a.csv",1]'])
    expect([...store.snapshot('documents').keys()]).toEqual([])
    expect([...store.snapshot('files').keys()]).toEqual(['b.zip'])
  })

  it('reads its documents again when they are not known to be stored', async () => {
    await fixture.write('b.zip', inside())
    const { store } = await fixture.run(all(), { streams: ['rows', 'files'] })
    await fixture.run(all(), { store })
    expect(store.snapshot('documents').size).toBe(2)
    await fixture.run(all(), { store })
    expect(await fixture.run(all(), { store })).toMatchObject({ emitted: 0, deleted: 0 })
  })

  it('refuses single files inside and reads their neighbors', async () => {
    const more = [
      { name: '../../evil.csv', content: 'id\n1\n' },
      { name: 'inner.zip', content: makeZip([]) },
      { name: 'inner.csv.gz', content: gzipSync('id\n1\n') },
      { name: 'locked.csv', content: 'id\n1\n', encrypted: true },
      { name: 'program.csv', content: 'MZ\u0000\u0000' },
      { name: 'empty.md', content: '' },
    ]
    await fixture.write('b.zip', inside(more))
    const { store, rejected } = await fixture.run(all())
    expect(new Map(rejected.map((entry) => [String(entry.key), entry.reason]))).toEqual(
      new Map([
        ['b.zip!/../../evil.csv', 'ARCHIVE_UNSAFE_ENTRY'],
        ['b.zip!/inner.zip', 'ARCHIVE_NESTED'],
        ['b.zip!/inner.csv.gz', 'ARCHIVE_NESTED'],
        ['b.zip!/locked.csv', 'FILE_UNREADABLE'],
        ['b.zip!/program.csv', 'CONTENT_MISMATCH'],
        ['b.zip!/empty.md', 'EMPTY_FILE'],
      ]),
    )
    expect(rejected).toHaveLength(6)
    expect(store.snapshot('rows').size).toBe(3)
    expect(await fixture.run(all(), { store })).toMatchObject({ emitted: 0, deleted: 0, rejected: [] })
  })
})

describe('what cannot be read', () => {
  const lines = Buffer.concat([Buffer.from('{"a":1}\n'), Buffer.alloc(66 * 1024 * 1024, `${' '.repeat(1023)}\n`)])
  const docx = makeDocx(paragraph('x'.repeat(5000)))
  it.each([
    ['an encrypted PDF', 'bad.pdf', makeEncryptedPdf(), 'FILE_UNREADABLE'],
    ['a PDF that is cut off', 'bad.pdf', makePdf(['x'.repeat(5000)]).subarray(0, 400), 'FILE_UNREADABLE'],
    ['text as PDF', 'bad.pdf', 'no PDF', 'CONTENT_MISMATCH'],
    ['a program as XLSX', 'bad.xlsx', 'MZ\u0000', 'CONTENT_MISMATCH'],
    ['an encrypted or old workbook', 'bad.xlsx', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), 'CONTENT_MISMATCH'],
    ['a DOCX that is cut off', 'bad.docx', docx.subarray(0, docx.length - 200), 'FILE_UNREADABLE'],
    ['a zip as DOCX', 'bad.docx', makeZip([{ name: 'a', content: 'a' }]), 'CONTENT_MISMATCH'],
    ['a presentation', 'bad.pptx', makeZip([{ name: '[Content_Types].xml', content: '<Types/>' }]), 'CONTENT_MISMATCH'],
    ['a document type in a DOCX', 'bad.docx', makeZip([{ name: 'word/document.xml', content: '<!DOCTYPE x><w:document/>' }]), 'XML_DTD_NOT_ALLOWED'],
    ['a Parquet file that is cut off', 'bad.parquet', parquetOf([1n]).subarray(0, 30), 'FILE_UNREADABLE'],
    ['zero bytes', 'bad.zip', '', 'EMPTY_FILE'],
    ['a zip that is cut off', 'bad.zip', makeZip([{ name: 'a.csv', content: 'id\n1\n' }]).subarray(0, 60), 'FILE_UNREADABLE'],
    ['a zip bomb', 'bad.zip', makeZip([{ name: 'a.ndjson', content: lines }]), 'ARCHIVE_BOMB'],
    ['a zip that lies about sizes', 'bad.zip', makeZip([{ name: 'a.ndjson', content: '{"a":1}\n'.repeat(5000), claimedSize: 10 }]), 'ARCHIVE_BOMB'],
  ])('%s in %s: its neighbor is read', async (_what, name, content, reason) => {
    await fixture.write('good.csv', 'id\n1\n')
    await fixture.write(name, content)
    const { store, rejected } = await fixture.run(all())
    expect(new Set(rejected.map((entry) => entry.reason))).toEqual(new Set([reason]))
    expect(store.find('rows', ['good.csv', 1])).toBeDefined()
    expect(store.find('files', name)?.record.data['problem']).toBe(reason)
    expect(await fixture.run(all(), { store })).toMatchObject({ emitted: 0, deleted: 0, rejected: [] })
  })

  it('refuses a zip with too many files', async () => {
    await fixture.write('a.zip', makeZip(Array.from({ length: 20 }, (_, i) => ({ name: `${i}.csv`, content: 'id\n1\n' }))))
    const { rejected } = await fixture.run({ ...all(), maxArchiveFiles: 10 })
    expect(rejected.map((entry) => entry.reason)).toEqual(expect.arrayContaining(['FILE_TOO_LARGE']))
  })
})
