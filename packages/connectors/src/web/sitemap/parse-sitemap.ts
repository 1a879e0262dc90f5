import { setImmediate } from 'node:timers/promises'
import { isUrl } from '@inlet/connector-sdk'
import { Parser } from 'htmlparser2'
import { stepOverDoctype } from '../../parsing/xml/step-over-doctype.js'

export interface SitemapEntry {
  readonly url: string
  /** As written in the sitemap. */
  readonly lastmod?: string
}

export interface Sitemap {
  readonly pages: readonly SitemapEntry[]
  /** Further sitemaps, if it is an index. */
  readonly sitemaps: readonly string[]
  /** There were more entries than requested. */
  readonly cut: boolean
  /** Damage, because of which entries may be missing; null if there is none. */
  readonly damage: string | null
}

const SLICE_CHARS = 131_072
const MAX_SITEMAPS = 10_000
const MAX_TEXT = 8_192
const MAX_DEPTH = 50
/** An ampersand that does not begin an XML reference. */
const BARE_AMPERSAND = /&(?!(?:#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos);)/i

/**
 * Reads a sitemap or sitemap index (sitemaps.org, XML or a list of lines), at most `maxPages` entries, in slices. Of a damaged one, reads what
 * is intact. Null when the text is neither, e.g. the page a site returns for everything it does not have.
 */
export const parseSitemap = async (text: string, url: string, maxPages: number): Promise<Sitemap | null> => {
  const start = text.slice(0, 1_024).trimStart().toLowerCase()
  if (/^https?:\/\//.test(start)) return parseLines(text, maxPages)
  if (!start.startsWith('<') || start.startsWith('<!doctype html') || start.startsWith('<html')) return null
  const xml = stepOverDoctype(text)
  const read = await parseXml(xml?.text ?? withoutDoctype(text), url, maxPages)
  if (read === null || read.damage !== null) return read
  const damage = xml === null ? 'its DOCTYPE does not end' : xml.left.length > 0 ? `it has the entity &${xml.left[0]};` : null
  return { ...read, damage }
}

const parseLines = (text: string, maxPages: number): Sitemap => {
  const lines = text
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => /^https?:\/\//.test(line))
  return { pages: lines.slice(0, maxPages).map((url) => ({ url })), sitemaps: [], cut: lines.length > maxPages, damage: null }
}

/** Cuts off everything before the root element of a sitemap. */
const withoutDoctype = (text: string): string => {
  const root = text.search(/<(?:[\w.-]{1,50}:)?(?:urlset|sitemapindex)[\s>]/i)
  return root === -1 ? '' : text.slice(root)
}

const parseXml = async (text: string, base: string, maxPages: number): Promise<Sitemap | null> => {
  const reader = createReader(base, maxPages)
  const clean = text.replace(/^[\s\ufeff]+/, '')
  for (let at = 0; at < clean.length && !reader.isDone(); at += SLICE_CHARS) {
    if (at > 0) await setImmediate()
    reader.write(clean.slice(at, at + SLICE_CHARS))
    if (at === 0 && reader.isOther()) return null
  }
  const found = reader.end()
  if (found === null) return null
  return {
    ...found,
    damage: found.damage ?? (BARE_AMPERSAND.test(clean) ? 'it has a "&" that is not escaped, or an entity that is not declared' : null),
  }
}

interface Reader {
  write(text: string): void
  /** Whether its root is not that of a sitemap. */
  isOther(): boolean
  /** Whether nothing more is wanted. */
  isDone(): boolean
  end(): Sitemap | null
}

const createReader = (base: string, maxPages: number): Reader => {
  const pages: SitemapEntry[] = []
  const sitemaps: string[] = []
  let root = ''
  let depth = 0
  let loc = ''
  let lastmod = ''
  let field: 'loc' | 'lastmod' | null = null
  let cut = false
  let ending = false
  /** Whether the last event was the start of an element. */
  let bare = false
  let damage: string | null = null

  const takeEntry = (name: string): void => {
    const address = loc.trim()
    if (address === '') return
    if (!isUrl(address, base)) damage ??= 'it has an address that is none'
    else if (name === 'url' && pages.length < maxPages)
      pages.push({ url: new URL(address, base).href, ...(lastmod.trim() === '' ? {} : { lastmod: lastmod.trim() }) })
    else if (name === 'sitemap' && sitemaps.length < MAX_SITEMAPS) sitemaps.push(new URL(address, base).href)
    else cut = true
  }
  const parser = new Parser(
    {
      onopentagname(given) {
        const name = localName(given)
        depth++
        bare = true
        if (depth === 1 && root === '') root = name
        if (depth === 2) loc = lastmod = ''
        field = depth === 3 && (name === 'loc' || name === 'lastmod') ? name : null
      },
      ontext(data) {
        bare = false
        if (field === 'loc' && loc.length < MAX_TEXT) loc += data
        else if (field === 'lastmod' && lastmod.length < 100) lastmod += data
      },
      onclosetag(given, implied) {
        depth--
        field = null
        // The parser closes elements that are open at the end: half of their content may be missing.
        if (implied && ending) damage ??= 'it ends in the middle'
        // The parser closes `<lastmod/>` the same way, right after its start.
        else if (implied && !bare) damage ??= 'its elements do not close in order'
        bare = false
        if (depth === 1 && !(implied && ending)) takeEntry(localName(given))
      },
    },
    { xmlMode: true },
  )
  return {
    write: (text) => parser.write(text),
    isOther: () => root !== '' && root !== 'urlset' && root !== 'sitemapindex',
    isDone: () => depth > MAX_DEPTH || (cut && pages.length >= maxPages),
    end() {
      if (depth > MAX_DEPTH) damage ??= 'it is nested too deep'
      ending = true
      parser.end()
      return root === 'urlset' || root === 'sitemapindex' ? { pages, sitemaps, cut, damage } : null
    },
  }
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1).toLowerCase()
