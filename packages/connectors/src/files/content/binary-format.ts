import type { Format } from '../settings.js'

export type BinaryFormat = Extract<Format, 'pdf' | 'docx' | 'xlsx' | 'parquet' | 'zip'>

const BINARY: ReadonlySet<Format> = new Set<BinaryFormat>(['pdf', 'docx', 'xlsx', 'parquet', 'zip'])

export const isBinaryFormat = (format: Format): format is BinaryFormat => BINARY.has(format)

/** Recognizes a format by the first bytes; an Office file is a zip. Null for none of them. */
export const binaryKind = (start: Buffer): 'pdf' | 'parquet' | 'zip' | null => {
  if (start.subarray(0, 5).toString('latin1') === '%PDF-') return 'pdf'
  if (start.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet'
  const magic = start.subarray(0, 4).toString('latin1')
  return magic === 'PK\u0003\u0004' || magic === 'PK\u0005\u0006' ? 'zip' : null
}

/** Word and Excel before 2007, and encrypted documents of any age, are OLE files. */
const isOle = (start: Buffer): boolean => start.subarray(0, 4).equals(Buffer.from([0xd0, 0xcf, 0x11, 0xe0]))

/** Returns why some bytes cannot be of the format their name or the settings promise; null if they can. */
export const binaryContradiction = (format: BinaryFormat, start: Buffer): string | null => {
  const wanted = format === 'docx' || format === 'xlsx' ? 'zip' : format
  if (binaryKind(start) === wanted) return null
  // Readers allow a PDF to start after other bytes.
  if (format === 'pdf' && start.subarray(0, 1024).includes('%PDF-')) return null
  if (isOle(start)) return `the content is encrypted or of the time before 2007, not ${format}`
  return `the content is not ${format}`
}
