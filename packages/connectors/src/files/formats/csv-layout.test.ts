import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createRowParser } from '../content/open-text.js'
import { readingShape } from '../settings.js'

const settings = z.strictObject(readingShape)
const read = (text: string, config: object = {}, piece = 5) => {
  const parser = createRowParser('csv', text, settings.parse(config))
  const rows = []
  for (let at = 0; at < text.length; at += piece) rows.push(...parser.push(text.slice(at, at + piece)))
  rows.push(...parser.end())
  return {
    rows: rows.flatMap((row) => (row.data === undefined ? [] : [row.data])),
    failures: rows.flatMap((row) => (row.failure === undefined ? [] : [row.failure.message])),
    guesses: parser.layout?.guesses ?? [],
    summary: parser.layout?.summary,
  }
}
/** Some guess was reported. */
const SOME = expect.arrayContaining([expect.any(String)]) as string[]

describe('the layout of CSV, where it can be recognized', () => {
  it.each([
    ['sep=;\nOne;Two\n1;2\n', [{ One: '1', Two: '2' }]],
    ['SEP=,\r\nOne,Two\r\n1,2\r\n', [{ One: '1', Two: '2' }]],
    ['"sep=^"\nOne^Two\n1^2\n', [{ One: '1', Two: '2' }]],
    ['sep=\t\nOne\tTwo\n1\t2\n', [{ One: '1', Two: '2' }]],
  ])('sep= line: %j', (text, rows) => expect(read(text)).toMatchObject({ rows, failures: [], guesses: SOME }))

  it.each([
    [
      'a title',
      'Extracted on 2025-01-06\nid;owner;brand\n52433;ALFA;Api\n54220;BETA;Q8\n',
      [{ id: '52433', owner: 'ALFA', brand: 'Api' }, { id: '54220' }],
    ],
    [
      'a title over words only',
      'All customers\nname;city\nAnna;Rome\nBob;Oslo\n',
      [
        { name: 'Anna', city: 'Rome' },
        { name: 'Bob', city: 'Oslo' },
      ],
    ],
    [
      'names and values',
      'Vendor;Test\nStart;06/02/2024\nEnd;06/29/2024\nDate;Booked;Number\n06/19/2024;06/22/2024;1435\n06/14/2024;06/14/2024;1436\n',
      [{ Date: '06/19/2024', Booked: '06/22/2024', Number: '1435' }, { Number: '1436' }],
    ],
    ['a title and an empty line', 'Report\n\nid,name\n1,a\n2,b\n', [{ id: '1', name: 'a' }, { id: '2' }]],
    ['a title padded with delimiters', 'Sales 2024,,\n,,\nid,name,sum\n1,a,5\n2,b,6\n', [{ id: '1', name: 'a', sum: '5' }, { id: '2' }]],
    ['a title of two quoted lines', '"Sales\n2024"\nid,name\n1,a\n2,b\n', [{ id: '1', name: 'a' }, { id: '2' }]],
    ['one row and no line end', 'Report\nid,name\n1,a', [{ id: '1', name: 'a' }]],
  ])('%s above the header', (_what, text, rows) => expect(read(text)).toMatchObject({ rows, failures: [], guesses: SOME }))

  it.each([
    ['# exported 2024-01-01\n# by tool, version 2\nid,name\n1,a\n2,b\n', [{ id: '1', name: 'a' }, { id: '2' }]],
    ['#comment\nid,name\n1,a\n', [{ id: '1', name: 'a' }]],
    ['##fileformat=VCF\n#CHROM\tPOS\n20\t14370\n', [{ '#CHROM': '20', POS: '14370' }]],
    ['# one\nid,name\n1,a\n# the end\n', [{ id: '1', name: 'a' }]],
  ])('comments: %j', (text, rows) => expect(read(text)).toMatchObject({ rows, failures: [], guesses: SOME }))

  it.each([
    [
      'a,b,c\n1,2,3,\n4,5,6,\n',
      [
        { a: '1', b: '2', c: '3' },
        { a: '4', b: '5', c: '6' },
      ],
    ],
    [
      'a,b,c\n1,2,3,,,\n4,5,6,,,\n',
      [
        { a: '1', b: '2', c: '3' },
        { a: '4', b: '5', c: '6' },
      ],
    ],
    [
      'a,b,c,\n1,2,3\n4,5,6\n',
      [
        { a: '1', b: '2', c: '3' },
        { a: '4', b: '5', c: '6' },
      ],
    ],
  ])('delimiters at the end of lines: %j', (text, rows) => expect(read(text)).toMatchObject({ rows, failures: [], guesses: SOME }))

  it.each([
    [
      'id, name\n1, "a, b"\n2, "c ""d"""\n',
      [
        { id: '1', name: 'a, b' },
        { id: '2', name: 'c "d"' },
      ],
    ],
    [
      'id ,name\n"1" , "a"\n"2" ,"b"\n',
      [
        { id: '1', name: 'a' },
        { id: '2', name: 'b' },
      ],
    ],
    ['id\tname\n1\t "a\tb"\n', [{ id: '1', name: 'a\tb' }]],
  ])('blanks around quotes: %j', (text, rows) => expect(read(text)).toMatchObject({ rows, failures: [], guesses: SOME }))

  it.each([
    [
      'id,name\n1,a\n2,b\n',
      [
        { id: '1', name: 'a' },
        { id: '2', name: 'b' },
      ],
    ],
    ['#id,name\na,b\nc,d\n', [{ '#id': 'a', name: 'b' }, { '#id': 'c' }]],
    ['name\nhello\nworld\n', [{ name: 'hello' }, { name: 'world' }]],
    [
      'a,b\n1,\n,2\n',
      [
        { a: '1', b: '' },
        { a: '', b: '2' },
      ],
    ],
    ['a,b,\n1,2,3\n', [{ a: '1', b: '2', column_3: '3' }]],
    [
      'id,text\n1, said "x" twice\n2, 5" wide\n',
      [
        { id: '1', text: ' said "x" twice' },
        { id: '2', text: ' 5" wide' },
      ],
    ],
    ['path,n\nC:\\new\\table,1\n', [{ path: 'C:\\new\\table', n: '1' }]],
    ['only,header\n', []],
  ])('leaves what needs no guess as it is: %j', (text, rows) => expect(read(text)).toMatchObject({ rows, failures: [], guesses: [] }))

  it('does not take a row for a header that lacks a name', () => {
    const { rows, failures } = read('b,c\nx,1,2\ny,3,4\n')
    expect(rows).toEqual([])
    expect(failures[0]).toMatch(/^line 2 has 3 fields instead of 2; .*header/)
  })

  it('shows what was taken for the header and how the rest fits', () => {
    expect(read('id,name\n1,a\n2,b,c\n').summary).toBe('header in line 1: id, name; 1 of the first 2 rows fit')
  })
})

describe('the layout of CSV, as settings name it', () => {
  it.each([
    [{ headerLine: 3 }, 'a,b\nx,y\nid,name\n1,2\n', [{ id: '1', name: '2' }]],
    [{ skipLines: 2 }, 'a,b\nx,y\nid,name\n1,2\n', [{ id: '1', name: '2' }]],
    [{ skipLines: 1, header: ['p', 'q'] }, 'a,b\n1,2\n', [{ p: '1', q: '2' }]],
    [{ skipLines: 1, header: false }, 'title\n1,2\n', [{ column_1: '1', column_2: '2' }]],
    [{ comment: '//' }, '// one, two\nid,name\n1,a\n// three\n2,b\n', [{ id: '1' }, { id: '2' }]],
    [{ comment: '#' }, 'id,name\n1,a\n#2,b\n', [{ id: '1', name: 'a' }]],
    [{ comment: '' }, '#id,name\n1,a\n', [{ '#id': '1', name: 'a' }]],
    [{ escape: '\\' }, '"name","note"\n"a","size 7\\" x 10\\""\n"b","plain"\n', [{ name: 'a', note: 'size 7" x 10"' }, { name: 'b' }]],
    [
      { escape: '\\', quote: '' },
      'a,b\n1\\,5,x\n\n2,y\\\nz\n',
      [
        { a: '1,5', b: 'x' },
        { a: '2', b: 'y\nz' },
      ],
    ],
    [
      { escape: '\\' },
      'a,b\n"C:\\dir\\\\",x\n"","y"\n',
      [
        { a: 'C:\\dir\\', b: 'x' },
        { a: '', b: 'y' },
      ],
    ],
    [{ trim: true }, 'a , b\n 1 , "x, y" \n', [{ a: '1', b: 'x, y' }]],
    [{ trim: false }, 'a,b\n1, "x"\n', [{ a: '1', b: ' "x"' }]],
  ])('%j of %j', (config, text, rows) => expect(read(text, config)).toMatchObject({ rows, failures: [], guesses: [] }))
})

describe('the message of rows that do not fit', () => {
  it.each([
    ['"name","note"\n"a","size 7\\" x"\n"b","plain"\n', /set escape to "\\\\?"/],
    ['a,b\n1,2,3\n4,5,6\n', /set headerLine/],
    ['// made by x\n// on a day\n1,2\n3,4\n5,6\n', /set comment|headerLine/],
  ])('%j proposes the setting', (text, message) => {
    const { failures } = read(text)
    expect(failures[0]).toMatch(message)
  })

  it('proposes nothing where a single row is odd', () => {
    expect(read('a,b\n1,2\n3\n4,5\n').failures).toEqual(['line 3 has 1 fields instead of 2'])
  })
})

describe('pieces', () => {
  it('do not affect what is read, wherever they are cut', () => {
    const text = '"x","y"\r\n# c\r\n"a\\"b", "c,\\\\d"\r\n\r\n\\"z,"q""r"\r\n'
    const config = { escape: '\\', comment: '#', trim: true }
    const whole = read(text, config, text.length)
    expect(whole.rows).toEqual([
      { x: 'a"b', y: 'c,\\d' },
      { x: '"z', y: 'q"r' },
    ])
    for (let piece = 1; piece < text.length; piece++) expect(read(text, config, piece)).toEqual(whole)
  })
})
