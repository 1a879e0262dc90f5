import { pathToFileURL } from 'node:url'

const refuse = (reason, message) => Object.assign(new Error(message), { reason })

/** First a line about the document, then one for each page: `{"page":1,"text":"…"}`. */
export async function* readPdf(file, { libraries, maxPages }) {
  const { getDocumentProxy } = await import(pathToFileURL(libraries.unpdf).href)
  const data = new Uint8Array(await file.readAt(0, file.size))
  const document = await open(getDocumentProxy, data)
  const { info } = await document.getMetadata().catch(() => ({ info: {} }))
  yield `${JSON.stringify({ pages: document.numPages, info: plain(info) })}\n`
  if (document.numPages > maxPages) throw refuse('FILE_TOO_LARGE', `the PDF has ${document.numPages} pages, more than maxPages (${maxPages})`)
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number)
    const { items } = await page.getTextContent()
    const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('')
    yield `${JSON.stringify({ page: number, text: text.trim() })}\n`
    page.cleanup()
  }
}

const open = async (getDocumentProxy, data) => {
  try {
    return await getDocumentProxy(data, { verbosity: 0, stopAtErrors: false, isEvalSupported: false, useSystemFonts: false })
  } catch (error) {
    if (error?.name === 'PasswordException') throw refuse('FILE_UNREADABLE', 'the PDF is encrypted and needs a password')
    throw refuse('FILE_UNREADABLE', `the PDF cannot be read: ${error?.message ?? error}`)
  }
}

/** Title, author, dates: what is text or a number. */
const plain = (info) =>
  Object.fromEntries(
    Object.entries(info ?? {}).filter(
      ([, value]) => (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean',
    ),
  )
