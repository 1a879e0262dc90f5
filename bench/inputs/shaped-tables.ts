import type { TableContent } from './source-table.js'

/** A kind of table. */
export interface TableShape extends Pick<TableContent, 'columns' | 'values'> {
  readonly name: string
  /** Relative to the number of rows asked for: large rows are fewer. */
  readonly share: number
  /** Changes a row, as in UPDATE … SET. */
  readonly change: string
}

const words = (n: number, salt: string): string => Array.from({ length: n }, (_, at) => `md5('${salt}${at}' || n)`).join(` || ' ' || `)

const wide = Array.from({ length: 59 }, (_, at) => at)
const WIDE_TYPES = [
  ['int', (at: number) => `(n * ${at + 7}) % 1000`],
  ['text', (at: number) => `'value ' || (n + ${at})`],
  ['timestamptz', (at: number) => `timestamptz '2025-01-01' + (n + ${at}) * interval '1 second'`],
  ['boolean', (at: number) => `(n + ${at}) % 2 = 0`],
] as const
const wideType = (at: number) => WIDE_TYPES[at % WIDE_TYPES.length] ?? WIDE_TYPES[0]

/** Tables that are narrow, wide, long, nested, or in other scripts. */
export const TABLE_SHAPES: readonly TableShape[] = [
  { name: '2 columns', share: 1, columns: 'name text', values: `'name ' || n`, change: `name = name || '!'` },
  {
    name: '60 columns',
    share: 0.25,
    columns: wide.map((at) => `c${at} ${wideType(at)[0]}`).join(', '),
    values: wide.map((at) => wideType(at)[1](at)).join(', '),
    change: 'c0 = c0 + 1',
  },
  { name: '10 KB of text', share: 0.05, columns: 'body text', values: words(310, 'w'), change: `body = body || '!'` },
  {
    name: 'JSON documents',
    share: 0.5,
    columns: 'document jsonb',
    values: `jsonb_build_object('n', n, 'name', 'item ' || n, 'price', n / 100.0, 'tags', jsonb_build_array('a' || n % 7, 'b' || n % 11), 'nested', jsonb_build_object('text', ${words(6, 'j')}, 'deep', jsonb_build_object('flag', n % 2 = 0, 'list', jsonb_build_array(n, n + 1, n + 2))))`,
    change: `document = document || jsonb_build_object('n', (document->>'n')::int + 1)`,
  },
  {
    name: 'other scripts',
    share: 0.5,
    columns: 'name text, body text',
    values: `'名前 ' || n, 'Ελληνικά русский 中文文本 日本語テキスト 한국어 ไทย 😀 é ' || repeat('漢字かな' || n || ' ', 12)`,
    change: `body = body || '。'`,
  },
]
