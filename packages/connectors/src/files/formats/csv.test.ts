import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { detectDelimiter, detectNewline, looksTabular } from './csv-dialect.js'
import { createCsvRows } from './csv-rows.js'
import { createCsvScanner } from './csv-scanner.js'

const options = { delimiter: ',', quote: '"', newline: '\n' as const, maxColumns: 100, maxRecordBytes: 1000, header: true }

const rowsOf = (text: string, changes: Partial<Parameters<typeof createCsvRows>[0]> = {}, piece = 7) => {
  const parser = createCsvRows({ ...options, ...changes })
  const rows = []
  for (let at = 0; at < text.length; at += piece) rows.push(...parser.push(text.slice(at, at + piece)))
  return [...rows, ...parser.end()]
}
const dataOf = (text: string, changes = {}) => rowsOf(text, changes).flatMap((row) => (row.data === undefined ? [] : [row.data]))

describe('CSV rows', () => {
  it('reads quotes, doubled quotes, line breaks in fields, CRLF and a last line without an end', () => {
    expect(dataOf('id,name\r\n1,"a ""b"", c"\r\n2,"two\nlines"\r\n3,last')).toEqual([
      { id: '1', name: 'a "b", c' },
      { id: '2', name: 'two\nlines' },
      { id: '3', name: 'last' },
    ])
  })

  it('agrees with csv-parse on random tables, however they are cut', () => {
    let state = 42
    const random = (n: number) => (state = (state * 1103515245 + 12345) % 2147483648) % n
    const alphabet = ['a', 'b', ',', '"', '\n', '\r\n', ' ', 'é', '', 'xyz']
    for (let round = 0; round < 300; round++) {
      const width = 1 + random(4)
      const table = Array.from({ length: 1 + random(6) }, () =>
        Array.from({ length: width }, () => Array.from({ length: random(5) }, () => alphabet[random(alphabet.length)]).join('')),
      )
      const text = table
        .map((row) => row.map((field) => (/[",\r\n]/.test(field) || random(3) === 0 ? `"${field.replaceAll('"', '""')}"` : field)).join(','))
        .join('\n')
      const scanner = createCsvScanner(options)
      const events = []
      const piece = 1 + random(9)
      for (let at = 0; at < text.length; at += piece) events.push(...scanner.push(text.slice(at, at + piece)))
      events.push(...scanner.end())
      const expected = parse(text, { relax_column_count: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n'] })
      expect(events.map((event) => ('fields' in event ? event.fields : event))).toEqual(expected)
    }
  })

  it('refuses a ragged row with its line and continues', () => {
    const rows = rowsOf('a,b\n1,2\n"x\ny",2,3\n4\n5,6\n')
    expect(rows.map((row) => row.failure?.message ?? row.data)).toEqual([
      { a: '1', b: '2' },
      'line 3 has 3 fields instead of 2',
      'line 5 has 1 fields instead of 2',
      { a: '5', b: '6' },
    ])
    expect(rows.map((row) => row.number)).toEqual([1, 2, 3, 4])
  })

  it('loses only one line to text after a closing quote', () => {
    expect(rowsOf('a,b\n"x"y,2\n3,4\n').map((row) => row.failure?.reason ?? row.data)).toEqual(['RECORD_INVALID', { a: '3', b: '4' }])
  })

  it('resumes on the line after a quote that is never closed', () => {
    const text = `a,b\n1,"open\n${'2,3\n'.repeat(1000)}`
    const rows = rowsOf(text, {}, 100)
    expect(rows[0]?.failure?.reason).toBe('RECORD_TOO_LARGE')
    expect(rows.slice(1).every((row) => row.data?.['a'] === '2')).toBe(true)
    expect(rows).toHaveLength(1001)
  })

  it('reports a quote left open near the end of the file', () => {
    expect(rowsOf('a,b\n1,"open\n2,3\n').map((row) => row.failure?.reason ?? row.data)).toEqual(['RECORD_INVALID', { a: '2', b: '3' }])
  })

  it('drops an endless line while it streams', () => {
    const parser = createCsvRows(options)
    const rows = [...parser.push('a,b\n1,2\n')]
    for (let i = 0; i < 1000; i++) rows.push(...parser.push('x'.repeat(10_000)))
    rows.push(...parser.push('\n3,4\n'), ...parser.end())
    expect(rows.map((row) => row.failure?.reason ?? row.data)).toEqual([{ a: '1', b: '2' }, 'RECORD_TOO_LARGE', { a: '3', b: '4' }])
  })

  it('bounds a million columns, quoted or not', () => {
    const wide = `a,b\n${','.repeat(1_000_000)}\n"q",${','.repeat(1_000_000)}\n1,2\n`
    const rows = rowsOf(wide, { maxRecordBytes: 8_000_000 }, 65_536)
    expect(rows.map((row) => row.failure?.message ?? row.data)).toEqual([
      'line 2 has more than 100 columns',
      'line 3 has more than 100 columns',
      { a: '1', b: '2' },
    ])
  })

  it('counts bytes, not characters', () => {
    expect(rowsOf(`a\n${'é'.repeat(501)}\n${'é'.repeat(500)}\n`).map((row) => row.failure?.reason ?? 'row')).toEqual(['RECORD_TOO_LARGE', 'row'])
  })

  it('names columns from settings, by number, and distinctly', () => {
    expect(dataOf('1,2\n', { header: ['x', 'y'] })).toEqual([{ x: '1', y: '2' }])
    expect(dataOf('1,2\n', { header: false })).toEqual([{ column_1: '1', column_2: '2' }])
    expect(dataOf('a, a ,\n1,2,3\n')).toEqual([{ a: '1', a_2: '2', column_3: '3' }])
  })

  it('keeps a column named __proto__ as a column', () => {
    const [row] = dataOf('__proto__,constructor\n1,2\n')
    expect(Object.entries(row ?? {})).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ])
  })

  it('reports a header that cannot be read', () => {
    expect(() => rowsOf(`${'x'.repeat(2000)}\n1\n`)).toThrow('the header cannot be read')
  })
})

describe('CSV dialect', () => {
  it.each([
    ['a;b;c\n1,5;2;3\n', ';'],
    ['a\tb\n1\t2\n', '\t'],
    ['a|b|c\n1|2|3\n', '|'],
    ['"a;b;c",d\n"e;f;g",h\n', ','],
    ['single\nvalue\n', ','],
  ])('finds the delimiter of %j', (sample, delimiter) => {
    expect(detectDelimiter(sample, '"')).toBe(delimiter)
  })

  it('reads the line ends of old Macs', () => {
    expect(detectNewline('a,b\r1,2\r')).toBe('\r')
    expect(dataOf('a,b\r1,2\r', { newline: '\r' })).toEqual([{ a: '1', b: '2' }])
  })

  it('distinguishes tables from prose', () => {
    expect(looksTabular('a,b\n1,2\n3,4\n')).toBe(true)
    expect(looksTabular('Dear all, this is prose.\nIt has no, or many, commas, here.\nEnd.\n')).toBe(false)
  })
})
