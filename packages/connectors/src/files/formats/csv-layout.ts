import type { ReadingConfig } from '../settings.js'
import { detectDelimiter, detectNewline } from './csv-dialect.js'
import type { CsvSyntax } from './csv-record.js'
import { type CsvEvent, createCsvScanner } from './csv-scanner.js'
import { type FoundHeader, findHeader, fitHeader, type TableRecord } from './find-header.js'

/** The layout of a CSV file, as far as settings and a sample show. */
export interface CsvLayout extends CsvSyntax {
  /** Lines at the top that are skipped, before the header. */
  readonly skipLines: number
  /** Records that begin with this are skipped; empty for none. */
  readonly comment: string
  /** Lines with one field that begin with `#` are comments, because those at the top are. */
  readonly looseComments: boolean
  /** How many columns the header names; undefined: all its fields. */
  readonly width: number | undefined
  /** What was guessed, for people. */
  readonly guesses: readonly string[]
  /** What was taken for the header and how the sample fits it, for people. */
  readonly summary: string
  /** Which setting may help when rows do not fit; null when they do. */
  readonly advice: string | null
}

type LayoutConfig = Pick<
  ReadingConfig,
  'delimiter' | 'quote' | 'header' | 'headerLine' | 'skipLines' | 'comment' | 'escape' | 'trim' | 'maxColumns' | 'maxRecordBytes'
>

const SAMPLE_CHARS = 64 * 1024
/** A sample this short is the whole file, so its last record is not truncated. */
const WHOLE_CHARS = 32 * 1024
/** Excel writes and reads this line, which names the delimiter, and hides it. */
const SEP_LINE = /^"?sep=([^\r\n"])"?\r?(?:\n|$)/i

/** Decides what the settings leave open. Where a guess is not safe, the plain interpretation stays, and `advice` names the setting. Pure. */
export const decideLayout = (sample: string, config: LayoutConfig, tabs: boolean): CsvLayout => {
  const text = sample.slice(0, SAMPLE_CHARS)
  const sep = SEP_LINE.exec(text)
  const delimiter = config.delimiter !== 'auto' ? config.delimiter : (sep?.[1] ?? (tabs ? '\t' : detectDelimiter(text, config.quote)))
  const syntax: CsvSyntax = {
    delimiter,
    quote: config.quote,
    newline: detectNewline(text),
    maxColumns: config.maxColumns,
    escape: config.escape ?? '',
    padded: config.trim === true,
    trim: config.trim === true,
  }
  const top = config.headerLine !== undefined ? config.headerLine - 1 : (config.skipLines ?? (sep === null ? 0 : 1))
  const plain = { ...syntax, skipLines: top, comment: config.comment ?? '', maxRecordBytes: config.maxRecordBytes }
  const guesses =
    sep === null || config.skipLines !== undefined || config.headerLine !== undefined ? [] : [`the line "sep=${sep[1]}" names the delimiter`]
  const read = scanSample(text, plain)
  const padded = config.trim === undefined && config.quote !== '' ? readPadded(text, plain, read) : null
  if (padded !== null) guesses.push('blanks around quotes are left out')
  const chosen = padded ?? read
  const options = { ...plain, padded: plain.padded || padded !== null }
  return withHeader({ config, options, events: chosen, guesses, text })
}

interface Decision {
  readonly config: LayoutConfig
  readonly options: Parameters<typeof createCsvScanner>[0] & { readonly skipLines: number; readonly comment: string }
  readonly events: readonly CsvEvent[]
  readonly guesses: string[]
  readonly text: string
}

const withHeader = ({ config, options, events, guesses, text }: Decision): CsvLayout => {
  const records = recordsOf(events)
  const layout = { ...options, looseComments: false, width: undefined, guesses, advice: null, summary: '' }
  if (records.length === 0) return { ...layout, advice: adviseEscape(text, options, events) }
  if (config.header !== true) return { ...layout, ...withoutHeader(records, config), advice: adviseEscape(text, options, events) }
  const fixed = config.headerLine !== undefined || config.skipLines !== undefined
  const found = fixed ? fitHeader(records, 0) : findHeader(records, { marks: config.comment !== '' })
  const header = records[found.index] as TableRecord
  const above = records.slice(0, found.index)
  if (above.length > 0)
    guesses.push(`the header is in line ${header.line}, ${above.length} ${above.length === 1 ? 'record' : 'records'} above it left out`)
  if (found.width < header.fields.length) guesses.push('empty fields at the end of the header are left out')
  const names = header.fields.slice(0, found.width)
  if (records.slice(found.index + 1).some(({ fields }) => fields.length > found.width && found.fits > 0))
    guesses.push('empty fields at the end of rows are left out')
  return {
    ...layout,
    skipLines: above.length > 0 ? header.line - 1 : options.skipLines,
    looseComments: config.comment === undefined && above.some(({ fields }) => fields[0]?.startsWith('#') === true),
    width: found.width,
    summary: `header in line ${header.line}: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}; ${found.fits} of the first ${found.of} rows fit`,
    advice: adviseHeader(records, found) ?? adviseEscape(text, options, events) ?? adviseDelimiter(records, found),
  }
}

/** The settings name the columns, or nothing does: only comments at the top are skipped. */
const withoutHeader = (records: readonly TableRecord[], config: LayoutConfig): Partial<CsvLayout> => {
  const marked = records.findIndex(({ fields }) => fields[0]?.startsWith('#') !== true)
  if (config.comment !== undefined || config.skipLines !== undefined || marked <= 0) return {}
  const [first] = records
  const next = records[marked]
  // A data line may begin with the mark, too, but then it has as many fields as the others.
  if (first === undefined || next === undefined || first.fields.length === next.fields.length) return {}
  return { skipLines: next.line - 1, looseComments: true, guesses: [`${marked} lines of comments are left out`] }
}

const scanSample = (text: string, options: Decision['options']): readonly CsvEvent[] => {
  const scanner = createCsvScanner(options)
  const events = scanner.push(text)
  return text.length < WHOLE_CHARS ? [...events, ...scanner.end()] : events
}

const recordsOf = (events: readonly CsvEvent[]): readonly TableRecord[] => events.flatMap((event) => ('fields' in event ? [event] : []))

/** Counts misfits: records that cannot be read, or that do not have the usual width. */
const misfits = (events: readonly CsvEvent[]): number => {
  const records = recordsOf(events)
  const found = records.length === 0 ? { fits: 0, of: 0 } : findHeader(records)
  return events.length - records.length + found.of - found.fits
}

/** Reads the sample allowing spaces before quotes, if that is certainly what was meant: such quotes exist, and all of them become complete. */
const readPadded = (text: string, options: Decision['options'], plain: readonly CsvEvent[]): readonly CsvEvent[] | null => {
  const { quote, delimiter } = options
  const blanks = delimiter === '\t' ? ' ' : ' \t'
  const behind = recordsOf(plain).some(({ fields }) =>
    fields.some((field) => blanks.includes(field[0] ?? '-') && field.trimStart().startsWith(quote)),
  )
  const closed = plain.some((event) => 'failure' in event) && text.replaceAll(`${quote}\t`, `${quote} `).includes(`${quote} `)
  if (!behind && !closed) return null
  const events = scanSample(text, { ...options, padded: true })
  return misfits(events) === 0 || misfits(events) < misfits(plain) ? events : null
}

const adviseHeader = (records: readonly TableRecord[], { rather, fits, of }: FoundHeader): string | null => {
  const better = rather === undefined ? undefined : records[rather]
  if (better !== undefined) return `if the header is in line ${better.line}, set headerLine to ${better.line}`
  if (of === 0 || fits > of / 2) return null
  return records.some(({ fields }) => fields.length === 1 && /^(?:#|\/\/|;|--|%)/.test(fields[0] ?? ''))
    ? 'if there are lines of comments, set comment to what they begin with'
    : 'if the header is in another line, set headerLine; if there is none, set header to false'
}

const adviseEscape = (text: string, options: Decision['options'], events: readonly CsvEvent[]): string | null => {
  if (options.escape !== '' || options.quote === '' || !text.includes(`\\${options.quote}`)) return null
  return misfits(scanSample(text, { ...options, escape: '\\' })) < misfits(events) ? `if quotes are escaped by a backslash, set escape to "\\"` : null
}

const adviseDelimiter = (records: readonly TableRecord[], { width, of }: FoundHeader): string | null =>
  of > 0 && width === 1 && /[:^~]/.test(records[0]?.fields[0] ?? '') ? 'if another character separates the fields, set delimiter' : null
