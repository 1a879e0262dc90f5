import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const refuse = (reason, message) => Object.assign(new Error(message), { reason })

/** How many pages without text are examined for displayed text that cannot be read: that also decodes their pictures. */
const MAX_LOOKS = 3

/**
 * Yields a line about the document, then one for each page: `{"page":1,"text":"…"}`, with
 * `"unreadable":true` when it displays text that has no characters.
 */
export async function* readPdf(file, { libraries, maxPages }) {
  const { getDocumentProxy, getResolvedPDFJS } = await import(pathToFileURL(libraries.unpdf).href)
  const data = new Uint8Array(await file.readAt(0, file.size))
  const document = await open(getDocumentProxy, data, path.dirname(libraries.cmaps))
  const { info } = await document.getMetadata().catch(() => ({ info: {} }))
  yield `${JSON.stringify({ pages: document.numPages, info: plain(info) })}\n`
  if (document.numPages > maxPages) throw refuse('FILE_TOO_LARGE', `the PDF has ${document.numPages} pages, more than maxPages (${maxPages})`)
  const { OPS } = await getResolvedPDFJS()
  let looks = 0
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number)
    const { items } = await page.getTextContent()
    const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('')
    const looked = text.trim() === '' && looks++ < MAX_LOOKS
    const unreadable = (looked && (await showsText(page, OPS))) || isGarbage(text)
    yield `${JSON.stringify({ page: number, text: text.trim(), ...(unreadable ? { unreadable } : {}) })}\n`
    page.cleanup()
  }
}

// Node 20 lacks it, and without it the library stops at the first page with an embedded font.
// oxlint-disable-next-line no-extend-native -- this process only reads PDFs, and no copy of the library can be handed one
ArrayBuffer.prototype.transferToFixedLength ??= function (length = this.byteLength) {
  const copy = new ArrayBuffer(length)
  new Uint8Array(copy).set(new Uint8Array(this, 0, Math.min(length, this.byteLength)))
  return copy
}

/** Whether a page without text displays some: in a font that cannot be used, or as glyphs that are not spaces. */
const showsText = async (page, OPS) => {
  try {
    const { fnArray, argsArray } = await page.getOperatorList()
    let fontFailed = false
    for (const [index, operation] of fnArray.entries()) {
      const [first] = argsArray[index] ?? []
      // In place of a font that failed, the library leaves the error message.
      if (operation === OPS.setFont) fontFailed = page.commonObjs.has(first) && typeof page.commonObjs.get(first) === 'string'
      if (operation !== OPS.showText && operation !== OPS.showSpacedText) continue
      if (fontFailed || first.some((glyph) => typeof glyph === 'object' && glyph !== null && glyph.unicode?.trim() !== '')) return true
    }
    return false
  } catch {
    return false
  }
}

/** Whether most of the text is private-use or unknown characters: the font does not say what it displays. */
const isGarbage = (text) => {
  const unknown = text.replaceAll(/\s/g, '').match(/[\p{Co}\p{Cn}\p{Cc}\ufffd]/gu)?.length ?? 0
  return unknown > 20 && unknown > text.replaceAll(/\s/g, '').length / 2
}

/** Gives the library its character maps from this machine, and nothing else. */
const mapsFrom = (folder) =>
  class {
    async fetch({ kind, filename }) {
      if (kind !== 'cMapUrl' || !/^[\w-]{1,60}\.bcmap$/.test(filename)) throw new Error(`there is no ${kind}`)
      return new Uint8Array(await readFile(path.join(folder, filename)))
    }
  }

const open = async (getDocumentProxy, data, folder) => {
  try {
    return await getDocumentProxy(data, {
      cMapUrl: `${folder}/`,
      cMapPacked: true,
      BinaryDataFactory: mapsFrom(folder),
      verbosity: 0,
      stopAtErrors: false,
      isEvalSupported: false,
      useSystemFonts: false,
    })
  } catch (error) {
    if (error?.name === 'PasswordException') throw refuse('FILE_UNREADABLE', 'the PDF is encrypted and needs a password')
    throw refuse('FILE_UNREADABLE', `the PDF cannot be read: ${error?.message ?? error}`)
  }
}

/** Keeps what is text, a number or a boolean: title, author, dates. */
const plain = (info) =>
  Object.fromEntries(
    Object.entries(info ?? {}).filter(
      ([, value]) => (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean',
    ),
  )
