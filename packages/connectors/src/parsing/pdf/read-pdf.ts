import { Failure } from '@inlet/connector-sdk'
import type { RandomAccess, ReaderProcesses } from '../subprocess/reader-process.js'

export interface PdfDocument {
  /** From its metadata, if there is one worth the name. */
  readonly title: string | undefined
  readonly pages: number
  /** What the document says about itself: Author, Creator, CreationDate … */
  readonly info: Readonly<Record<string, string | number | boolean>>
}

export type PdfEvent = { readonly document: PdfDocument } | { readonly page: number; readonly text: string; readonly unreadable?: boolean }

export interface PdfOptions {
  readonly processes: ReaderProcesses
  readonly signal: AbortSignal
  /** Default 10,000. */
  readonly maxPages?: number
}

/** The process that reads a PDF holds all of it. */
const MAX_PDF_BYTES = 256 * 1024 * 1024
const DEFAULT_PAGES = 10_000

/**
 * Yields what a PDF says about itself, then the text of each page, read in a subprocess. The text of a scanned page is empty; `unreadable`: it
 * displays text whose characters the document does not define.
 * Throws FILE_UNREADABLE (damaged, encrypted), FILE_TOO_LARGE.
 */
export async function* readPdf(
  file: RandomAccess,
  { processes, signal, maxPages = DEFAULT_PAGES }: PdfOptions,
): AsyncGenerator<PdfEvent, void, void> {
  if (file.size > MAX_PDF_BYTES) throw new Failure('FILE_TOO_LARGE', `a PDF of more than ${MAX_PDF_BYTES} bytes is not read`)
  for await (const piece of processes.lines({ kind: 'pdf', file, options: { maxPages }, signal })) {
    const line: unknown = JSON.parse(piece)
    yield isPage(line) ? line : { document: toDocument(line as DocumentLine) }
  }
}

interface DocumentLine {
  readonly pages: number
  readonly info: PdfDocument['info']
}

const isPage = (line: unknown): line is Extract<PdfEvent, { readonly page: number }> => typeof line === 'object' && line !== null && 'page' in line

const toDocument = ({ pages, info }: DocumentLine): PdfDocument => {
  const title = info['Title']
  return { pages, info, title: typeof title === 'string' && title.trim() !== '' ? title.trim() : undefined }
}
