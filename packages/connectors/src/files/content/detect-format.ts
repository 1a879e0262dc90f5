import { detectDelimiter, looksTabular } from '../formats/csv-dialect.js'
import type { Format, ReadingConfig } from '../settings.js'

const BY_EXTENSION: Readonly<Record<string, Format>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
  geojson: 'json',
  md: 'markdown',
  markdown: 'markdown',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  txt: 'text',
  text: 'text',
  log: 'text',
  pdf: 'pdf',
  docx: 'docx',
  docm: 'docx',
  xlsx: 'xlsx',
  xlsm: 'xlsx',
  parquet: 'parquet',
  pq: 'parquet',
  zip: 'zip',
}

/** Which stream reads a file: `rows` makes a record of each row, `documents` one of the whole file; the files in an `archive` belong to either. */
export type Owner = 'rows' | 'documents' | 'archive'

/** Returns the format a name promises, apart from a final `.gz`; null when it promises none. */
export const formatOfName = (name: string): Format | null => {
  const extension = /\.([a-z]+)$/.exec(name.toLowerCase().replace(/\.gz$/, ''))?.[1]
  return extension !== undefined && Object.hasOwn(BY_EXTENSION, extension) ? (BY_EXTENSION[extension] ?? null) : null
}

/** Returns the format that the settings or the name of a file determine; null when only the content can show it. */
export const fixedFormat = (name: string, config: ReadingConfig): Format | null => (config.format === 'auto' ? formatOfName(name) : config.format)

export const ownerOf = (format: Format, { recordPer }: ReadingConfig): Owner => {
  if (format === 'zip') return 'archive'
  // They contain nothing but rows.
  if (format === 'xlsx' || format === 'parquet') return 'rows'
  if (recordPer === 'file' || format === 'markdown' || format === 'html' || format === 'docx') return 'documents'
  return (format === 'text' || format === 'pdf') && recordPer !== 'row' ? 'documents' : 'rows'
}

/** Whether a stream of rows or of documents may find something in a file with this owner. */
export const concerns = (owner: Owner, stream: 'rows' | 'documents'): boolean => owner === stream || owner === 'archive'

/** Recognizes the format of a text by its first 64 KiB or less. */
export const sniffFormat = (sample: string): Format => {
  const start = sample.trimStart()
  if (looksLikeHtml(start)) return 'html'
  if (start.startsWith('{')) return isNdjson(start) ? 'ndjson' : 'json'
  if (/^\[\s*[[{"\d\]tfn-]/.test(start)) return 'json'
  if (looksTabular(sample)) return detectDelimiter(sample, '"') === '\t' ? 'tsv' : 'csv'
  return /^(?:---\r?\n|#{1,6} \S)/.test(start) ? 'markdown' : 'text'
}

const looksLikeHtml = (start: string): boolean =>
  /^(?:<!doctype html|<html|<head|<body)\b/i.test(start) || /^<\?xml[^>]{0,200}>\s*<(?:!doctype html|html)\b/i.test(start)

/** Whether there is a complete object on the first line and the start of another on the second. */
const isNdjson = (start: string): boolean => {
  const end = start.indexOf('\n')
  return end !== -1 && start.startsWith('{', end + 1) && isJson(start.slice(0, end))
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Whether the text, or its first line, is an object or a list; a table may have such a value in its first column. */
const isJsonText = (start: string): boolean => /^(?:\{|\[\s*[[{"])/.test(start) && (isJson(start) || isJson(start.split('\n', 1)[0] ?? ''))

/** Returns why a text cannot be of the expected format; null if it can. */
export const contradiction = (format: Format, sample: string): string | null => {
  if (isBinary(sample)) return `the content is not text, so it is not ${format}`
  const start = sample.trimStart()
  const data = format === 'csv' || format === 'tsv' || format === 'json' || format === 'ndjson'
  if (data && looksLikeHtml(start)) return `the content is an HTML page, not ${format}`
  if (data && /^<\?xml\b/i.test(start)) return `the content is XML, not ${format}`
  // An error in place of a table would be its header, and all rows would be gone.
  if ((format === 'csv' || format === 'tsv') && isJsonText(start)) return `the content is JSON, not ${format}`
  if (format === 'json' && start !== '' && !/^[[{]/.test(start)) return 'the content is not JSON: neither a list nor an object'
  return null
}

const SIGNATURES = ['%PDF-', 'PK\u0003\u0004', 'MZ\u0090', '\u007fELF', 'GIF8', 'PAR1', 'SQLite format 3', '7z\u00bc\u00af']

/** Detects programs, pictures and archives: a NUL, a known signature, or more than a few control characters. */
export const isBinary = (sample: string): boolean => {
  if (sample.includes('\0') || SIGNATURES.some((signature) => sample.startsWith(signature))) return true
  let controls = 0
  for (let index = 0; index < sample.length; index++) {
    const code = sample.charCodeAt(index)
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13 && code !== 12 && code !== 27) || code === 0xfffd) controls++
  }
  return controls > 8 && controls > sample.length * 0.1
}
