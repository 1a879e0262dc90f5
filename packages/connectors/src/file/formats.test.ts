import { ByteWriter, parquetWrite } from 'hyparquet-writer'
import iconv from 'iconv-lite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeDocx, makeXlsx } from '../parsing/fixtures/make-office.js'
import { makeCjkPdf, makePdf } from '../parsing/fixtures/make-pdf.js'
import { makeZip } from '../parsing/fixtures/make-zip.js'
import { createFileFixture, type FileFixture } from './fixtures/file-fixture.js'

let fixture: FileFixture
beforeEach(async () => {
  fixture = await createFileFixture()
})
afterEach(() => fixture[Symbol.asyncDispose]())

/** Returns the data of all rows, without the sheet. */
const rowsOf = async (name: string, content: string | Buffer, config: object = {}) => {
  await fixture.write(name, content)
  const run = await fixture.run({ paths: [fixture.root], ...config })
  const rows = run.store.records('rows').map(({ record: { data } }) => Object.fromEntries(Object.entries(data).filter(([key]) => key !== '_sheet')))
  return { ...run, rows }
}

describe('encodings', () => {
  const people = (n: number, names: (row: number) => Buffer): Buffer =>
    Buffer.concat([
      Buffer.from('id,name\n'),
      ...Array.from({ length: n }, (_none, row) => Buffer.concat([Buffer.from(`${row},`), names(row), Buffer.from('\n')])),
    ])
  const utf8 = Buffer.from('Zoë Müller')
  const latin1 = Buffer.from('Zoë Müller', 'latin1')

  it.each([
    ['among the first rows', 40, 20],
    ['at the very start', 40, 0],
    ['at the end', 40, 39],
  ])('leaves UTF-8 as it is when one byte %s is damaged, and reports it', async (_where, n, damaged) => {
    const { rows, caveats } = await rowsOf(
      'a.csv',
      people(n, (row) => (row === damaged ? latin1 : utf8)),
    )
    expect(rows.filter(({ name }) => name === 'Zoë Müller')).toHaveLength(n - 1)
    expect(caveats.BYTES_UNDECODABLE).toMatchObject({ count: 1, of: 1, examples: ['a.csv: not utf-8'] })
  })

  it('does not let a damaged byte in a long ASCII start change the UTF-8 that follows', async () => {
    const plain = Buffer.from('plain '.repeat(20))
    const { rows, caveats } = await rowsOf(
      'a.csv',
      people(2_000, (row) => (row === 3 ? Buffer.from('caf\xe9', 'latin1') : row < 1_900 ? plain : utf8)),
    )
    expect(rows.filter(({ name }) => name === 'Zoë Müller')).toHaveLength(100)
    expect(caveats.BYTES_UNDECODABLE?.count).toBe(1)
  })

  it.each([
    ['windows-1251', 'номер;имя\n1;Иван Петров\n', 'Иван Петров'],
    ['shift_jis', '番号;名前\n1;山田太郎\n', '山田太郎'],
    ['windows-1252', 'id;Name\n1;Jürgen Groß\n', 'Jürgen Groß'],
  ])('guesses %s from a few words and reports that', async (encoding, text, expected) => {
    const { rows, caveats } = await rowsOf('a.csv', iconv.encode(text, encoding))
    expect(Object.values(rows[0] ?? {})).toContain(expected)
    expect((caveats.ENCODING_GUESSED?.count ?? 0) + (caveats.ENCODING_DOUBTFUL?.count ?? 0)).toBe(1)
  })

  it('reports nothing about a configured or certain encoding', async () => {
    const named = await rowsOf('a.csv', iconv.encode('id;имя\n1;Иван\n', 'windows-1251'), { encoding: 'windows-1251' })
    expect([named.rows[0]?.['имя'], named.caveats.ENCODING_GUESSED?.count, named.caveats.ENCODING_DOUBTFUL?.count]).toEqual(['Иван', 0, 0])
  })
})

describe('HTML files', () => {
  const html = async (content: Buffer) => {
    await fixture.write('a.html', content)
    const { store, caveats } = await fixture.run({ paths: [fixture.root] })
    return { text: store.find('documents', 'a.html')?.record.text, caveats }
  }

  it.each([
    ['<meta charset="koi8-r"><p>Мир</p>', 'koi8-r'],
    ['<?xml version="1.0" encoding="iso-8859-2"?><p>Łódź</p>', 'iso-8859-2'],
  ])('are in the encoding that %s names', async (text, encoding) => {
    const { text: read, caveats } = await html(iconv.encode(text, encoding))
    expect([read, caveats.ENCODING_GUESSED?.count, caveats.ENCODING_DOUBTFUL?.count]).toEqual([text.replaceAll(/<[^>]*>/g, ''), 0, 0])
  })

  it('follow the rules of XML when they are XHTML', async () => {
    expect((await html(Buffer.from('<?xml version="1.0"?><html><head><script src="x.js"/></head><body><p>Text</p></body></html>'))).text).toBe('Text')
  })
})

describe('what a run reports about tables and documents', () => {
  it('names the header it chose and what it left out', async () => {
    const { rows, caveats } = await rowsOf('a.csv', 'Extracted on 2025-01-06\nid;owner\n1;ALFA\n2;BETA\n')
    expect(rows).toEqual([
      { id: '1', owner: 'ALFA' },
      { id: '2', owner: 'BETA' },
    ])
    expect(caveats.LAYOUT_GUESSED?.examples).toEqual([
      'a.csv: the header is in line 2, 1 record above it left out; header in line 2: id, owner; 2 of the first 2 rows fit',
    ])
  })

  it('shows how few rows fit a header, and which setting may help', async () => {
    const { caveats, rejected } = await rowsOf('a.csv', 'b,c\nx,1,2\ny,3,4\nz,5,6\n')
    expect(rejected).toHaveLength(3)
    expect(caveats.LAYOUT_GUESSED?.examples).toEqual([
      expect.stringMatching(/^a\.csv: header in line 1: b, c; 0 of the first 3 rows fit; .*headerLine/),
    ])
  })

  it('counts documents without text', async () => {
    await fixture.write('a.html', '<title>x</title><script>1</script>')
    const { caveats } = await rowsOf('b.txt', 'text')
    expect(caveats.DOCUMENT_WITHOUT_TEXT).toEqual({ count: 1, of: 2, examples: ['a.html'] })
  })
})

describe('workbooks', () => {
  const text = (reference: string, value: string) => `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${value}</t></is></c>`
  const row = (n: number, cells: readonly string[]) => `<row r="${n}">${cells.map((value, at) => text(`${'ABCDE'[at]}${n}`, value)).join('')}</row>`

  it.each([
    ['a title row', ['Sales of 2024'], ['id', 'owner', 'brand'], ['1', 'ALFA', 'Api'], ['2', 'BETA', 'Q8']],
    ['two title rows', ['Sales'], ['of', '2024'], ['id', 'owner', 'brand'], ['1', 'ALFA', 'Api'], ['2', 'BETA', 'Q8']],
  ])('finds the header below %s', async (_what, ...lines) => {
    const sheet = lines.map((cells, at) => row(at + 1, cells as string[])).join('')
    const { rows, caveats } = await rowsOf('a.xlsx', makeXlsx({ S: sheet }))
    expect(rows).toEqual([
      { id: '1', owner: 'ALFA', brand: 'Api' },
      { id: '2', owner: 'BETA', brand: 'Q8' },
    ])
    expect(caveats.LAYOUT_GUESSED?.count).toBe(1)
  })

  it('uses the configured row, and leaves a plain sheet as it is', async () => {
    const sheet = row(2, ['a', 'b']) + row(4, ['c', 'd']) + row(5, ['1', '2'])
    expect((await rowsOf('a.xlsx', makeXlsx({ S: sheet }), { headerLine: 3 })).rows).toEqual([{ c: '1', d: '2' }])
    const plain = await rowsOf('a.xlsx', makeXlsx({ S: row(1, ['name', 'city', 'note']) + row(2, ['x', 'y']) + row(3, ['z']), T: row(1, ['q']) }))
    expect(plain.rows).toEqual([
      { name: 'x', city: 'y', note: null },
      { name: 'z', city: null, note: null },
    ])
    expect(plain.caveats.LAYOUT_GUESSED?.count).toBe(0)
  })

  it('reads escapes of characters, in cells, strings and formulas', async () => {
    const sheet = `<row r="1">${text('A1', 'a')}${text('B1', 'b')}<c r="C1" t="s"><v>0</v></c></row><row r="2">${text('A2', 'line1_x000D_\nline2')}<c r="B2" t="str"><v>_x005F_x000D_</v></c><c r="C2" t="s"><v>1</v></c></row>`
    const { rows } = await rowsOf('a.xlsx', makeXlsx({ S: sheet }, { strings: ['<t>c</t>', '<t>_xD83D__xDE00_ _x_ x000D_ _x0000_</t>'] }))
    expect(rows).toEqual([{ a: 'line1\r\nline2', b: '_x000D_', c: '😀 _x_ x000D_ \ufffd' }])
  })

  it('accepts any prefixes, since only namespaces count in XML', async () => {
    const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
    const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
    const part = (name: string, content: string) => ({ name, content: `<?xml version="1.0"?>${content}` })
    const workbook = makeZip([
      part('[Content_Types].xml', '<Types/>'),
      part('_rels/.rels', `<Relationships><Relationship Id="x" Type="${relations}/officeDocument" Target="/book/wb.xml"/></Relationships>`),
      part(
        'book/wb.xml',
        `<q:workbook xmlns:q="${main}" xmlns:zz="${relations}"><q:sheets><q:sheet name="S" sheetId="1" zz:id="i"/></q:sheets></q:workbook>`,
      ),
      part(
        'book/_rels/wb.xml.rels',
        `<p:Relationships xmlns:p="urn:p"><p:Relationship Id="i" Type="${relations}/worksheet" Target="s.xml"/><p:Relationship Id="t" Type="${relations}/sharedStrings" Target="t.xml"/></p:Relationships>`,
      ),
      part('book/t.xml', `<k:sst xmlns:k="${main}"><k:si><k:t>a</k:t></k:si></k:sst>`),
      part(
        'book/s.xml',
        `<k:worksheet xmlns:k="${main}"><k:sheetData><k:row r="1"><k:c r="A1" t="s"><k:v>0</k:v></k:c></k:row><k:row r="2"><k:c r="A2"><k:v>1</k:v></k:c></k:row></k:sheetData></k:worksheet>`,
      ),
    ])
    expect((await rowsOf('a.xlsx', workbook)).rows).toEqual([{ a: 1 }])
  })

  it('reports a missing sheet instead of yielding no rows', async () => {
    const broken = makeZip([
      { name: 'xl/workbook.xml', content: '<workbook><sheets><sheet name="S" sheetId="1"/></sheets></workbook>' },
      { name: 'xl/_rels/workbook.xml.rels', content: '<Relationships/>' },
    ])
    expect((await rowsOf('a.xlsx', broken)).rejected).toMatchObject([{ reason: 'FILE_UNREADABLE' }])
  })

  it('shows elapsed times as hours, even beyond a day', async () => {
    const styles = { elapsed: ['[h]:mm:ss', '[mm]:ss', '"total" [h]"h"'], plain: ['h:mm'] }
    const cells = ['1.5', '0.25', '-0.5', '0.75'].map((value, at) => `<c r="${'ABCD'[at]}2" s="${at + 4}"><v>${value}</v></c>`).join('')
    const sheet = `${row(1, ['a', 'b', 'c', 'd'])}<row r="2">${cells}</row>`
    const { rows } = await rowsOf('a.xlsx', makeXlsx({ S: sheet }, { formats: [...styles.elapsed, ...styles.plain] }))
    expect(rows).toEqual([{ a: '36:00:00', b: '06:00:00', c: '-12:00:00', d: '18:00:00' }])
  })
})

describe('Word documents', () => {
  it('has moved text only at its new position, whatever the prefix', async () => {
    const run = (text: string) => `<w:r><w:t>${text}</w:t></w:r>`
    const body = `<w:p><w:moveFrom w:id="1">${run('MOVED')}</w:moveFrom></w:p><w:p>${run('middle')}</w:p><w:p><w:moveTo w:id="2">${run('MOVED')}</w:moveTo></w:p>`
    await fixture.write('a.docx', makeDocx(body))
    const { store } = await fixture.run({ paths: [fixture.root] })
    expect(store.find('documents', 'a.docx')?.record.text).toBe('middle\n\nMOVED')
  })
})

describe('PDF', () => {
  it.each([
    ['90ms-RKSJ-H', 'Japan1', '93 8c 8b 9e 82 a0 82 a2 82 a4', '東京あいう'],
    ['GBK-EUC-H', 'GB1', 'b1 b1 be a9 c4 e3 ba c3', '北京你好'],
    ['UniKS-UCS2-H', 'Korea1', 'c1 1c c6 b8 c5 48 b1 55', '서울안녕'],
    ['ETen-B5-H', 'CNS1', 'a5 78 a5 5f', '台北'],
    ['UniJIS-UTF16-H', 'Japan1', '67 71 4e ac', '東京'],
  ])('provides the character map %s', async (map, ordering, bytes, text) => {
    await fixture.write('a.pdf', makeCjkPdf(map, ordering, bytes.replaceAll(' ', '')))
    const { store, caveats } = await fixture.run({ paths: [fixture.root] })
    expect(store.find('documents', 'a.pdf')?.record.text).toBe(text)
    expect(caveats.TEXT_UNREADABLE?.count).toBe(0)
  })

  it('distinguishes text that cannot be read from a page without text', async () => {
    await fixture.write('unreadable.pdf', makeCjkPdf('No-Such-Map-H', 'Japan1', '938c'))
    await fixture.write('empty.pdf', makePdf(['']))
    await fixture.write('spaces.pdf', makePdf(['   ']))
    const { caveats } = await fixture.run({ paths: [fixture.root] })
    expect(caveats.TEXT_UNREADABLE).toEqual({ count: 1, of: 3, examples: ['unreadable.pdf'] })
    expect(caveats.DOCUMENT_WITHOUT_TEXT?.count).toBe(2)
  })
})

describe('Parquet', () => {
  it('has one shape for a column of bytes, text where the column is annotated as such', async () => {
    const bytes = Array.from({ length: 40 }, (_none, n) => Uint8Array.from([0, n, 0, 65 + (n % 60)]))
    const words = bytes.map((_value, n) => new TextEncoder().encode(n % 2 === 0 ? 'plain' : 'Zoë'))
    const writer = new ByteWriter()
    void parquetWrite({
      writer,
      columnData: [
        { name: 'hash', data: bytes },
        { name: 'word', data: words },
        { name: 'text', data: words.map(() => 'text') },
      ],
      schema: [
        { name: 'root', num_children: 3 },
        { name: 'hash', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' },
        { name: 'word', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' },
        { name: 'text', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED', converted_type: 'UTF8' },
      ],
    })
    const { rows, rejected } = await rowsOf('a.parquet', Buffer.from(writer.getBuffer()))
    expect(rejected).toEqual([])
    expect(rows).toHaveLength(40)
    expect(rows.slice(0, 2)).toEqual([
      { hash: 'AAAAQQ==', word: 'cGxhaW4=', text: 'text' },
      { hash: 'AAEAQg==', word: 'Wm/Dqw==', text: 'text' },
    ])
  })
})

describe('names in archives', () => {
  const named = async (...names: readonly (string | Buffer)[]) => {
    await fixture.write('a.zip', makeZip(names.map((name) => ({ name, content: 'id\n1\n' }))))
    const { store, rejected } = await fixture.run({ paths: [fixture.root] })
    return { files: store.records('rows').map(({ record: { key } }) => (key as readonly string[])[0]?.replace('a.zip!/', '')), rejected }
  }

  it.each([
    ['cp437', 'Größe/Übersicht café.csv'],
    ['cp866', 'Отчёты/Продажи за год.csv'],
    ['shift_jis', '売上/東京の報告書.csv'],
    ['gb18030', '销售/北京年度报告.csv'],
  ])('are read in %s, without a caveat', async (encoding, name) => {
    expect((await named(iconv.encode(name, encoding))).files).toEqual([name])
  })

  it('are UTF-8 when the bytes are, with the flag or without, and have slashes', async () => {
    expect((await named(Buffer.from('Отчёты/é 日本.csv'), 'Größe.csv', Buffer.from('dir\\b.csv'))).files).toEqual([
      'Отчёты/é 日本.csv',
      'Größe.csv',
      'dir/b.csv',
    ])
  })

  it('that lead out of the archive, or occur twice, are refused one by one', async () => {
    const { files, rejected } = await named(
      'ok.csv',
      '../up.csv',
      '/etc/x.csv',
      'C:/x.csv',
      Buffer.from('..\\up.csv'),
      'a/../../b.csv',
      'nul\0.csv',
      'ok.csv',
    )
    expect(files).toEqual(['ok.csv'])
    expect(rejected.map(({ reason }) => reason)).toEqual(Array.from({ length: 7 }, () => 'ARCHIVE_UNSAFE_ENTRY'))
  })
})
