import { Failure } from '@inlet/connector-sdk'
import type { HtmlPage } from '../../parsing/html/read-html.js'
import { readPdf } from '../../parsing/pdf/read-pdf.js'
import type { RandomAccess, ReaderProcesses } from '../../parsing/subprocess/reader-process.js'

/** The limit of a record. */
const MAX_CHARS = 2_000_000
const MAX_PAGES = 5_000

/** Reads a PDF as a page: its text, titled by its metadata or else its file name; without links. Throws FILE_UNREADABLE, FILE_TOO_LARGE. */
export const readPdfPage = async (
  bytes: Buffer,
  { url, processes, signal }: { readonly url: string; readonly processes: ReaderProcesses; readonly signal: AbortSignal },
): Promise<HtmlPage> => {
  const file: RandomAccess = { size: bytes.length, readAt: (start, end) => Promise.resolve(bytes.subarray(start, end)) }
  const pages: string[] = []
  let title = fileNameOf(url)
  let author: string | undefined
  let chars = 0
  for await (const event of readPdf(file, { processes, signal, maxPages: MAX_PAGES })) {
    if ('document' in event) {
      const { info } = event.document
      title = event.document.title ?? title
      if (typeof info['Author'] === 'string' && info['Author'].trim() !== '') author = info['Author'].trim()
    } else {
      const text = event.text.trim()
      if (text !== '') pages.push(text)
      chars += text.length
      if (chars > MAX_CHARS) break
    }
  }
  return {
    markdown: pages.join('\n\n'),
    ...(title === '' ? {} : { title }),
    links: [],
    noindex: false,
    nofollow: false,
    meta: author === undefined ? {} : { author },
    hasPassword: false,
    truncated: chars > MAX_CHARS,
  }
}

/** Whether the PDF is at fault rather than its reader. */
export const isUnreadable = (error: unknown): error is Failure =>
  error instanceof Failure && (error.reason === 'FILE_UNREADABLE' || error.reason === 'FILE_TOO_LARGE')

const fileNameOf = (url: string): string => {
  const name = new URL(url).pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
