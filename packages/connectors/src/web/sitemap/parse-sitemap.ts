import { setImmediate } from 'node:timers/promises'
import { Failure } from '@inlet/connector-sdk'
import { SaxesParser } from 'saxes'

export interface SitemapEntry {
  readonly url: string
  /** As written in the sitemap. */
  readonly lastmod?: string
}

export interface Sitemap {
  readonly pages: readonly SitemapEntry[]
  /** Further sitemaps, when it is an index. */
  readonly sitemaps: readonly string[]
  /** There were more entries than were asked for. */
  readonly cut: boolean
}

const SLICE_CHARS = 131_072
const MAX_SITEMAPS = 10_000
const MAX_TEXT = 8_192

/**
 * Reads a sitemap or sitemap index (sitemaps.org, XML or a list of lines), at most `maxPages` entries of it, in slices.
 * Null when the text is neither, e.g. the page a site answers for everything it does not have.
 * Throws XML_DTD_NOT_ALLOWED, and UPSTREAM_INVALID when the XML is broken.
 */
export const parseSitemap = async (text: string, url: string, maxPages: number): Promise<Sitemap | null> => {
  const start = text.slice(0, 1_024).trimStart().toLowerCase()
  if (/^https?:\/\//.test(start)) return parseLines(text, maxPages)
  if (!start.startsWith('<') || start.startsWith('<!doctype html') || start.startsWith('<html')) return null
  return parseXml(text, url, maxPages)
}

const parseLines = (text: string, maxPages: number): Sitemap => {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^https?:\/\//.test(line))
  return { pages: lines.slice(0, maxPages).map((url) => ({ url })), sitemaps: [], cut: lines.length > maxPages }
}

const parseXml = async (text: string, url: string, maxPages: number): Promise<Sitemap | null> => {
  const parser = new SaxesParser()
  const pages: SitemapEntry[] = []
  const sitemaps: string[] = []
  let root = ''
  let depth = 0
  let loc = ''
  let lastmod = ''
  let field: 'loc' | 'lastmod' | null = null
  let cut = false
  parser.on('doctype', () => {
    throw new Failure('XML_DTD_NOT_ALLOWED', `the sitemap ${url} has a DOCTYPE`)
  })
  parser.on('opentag', (tag) => {
    const name = localName(tag.name)
    depth++
    if (depth === 1) root = name
    if (depth === 2) loc = lastmod = ''
    field = depth === 3 && (name === 'loc' || name === 'lastmod') ? name : null
  })
  const onText = (data: string): void => {
    if (field === 'loc' && loc.length < MAX_TEXT) loc += data
    else if (field === 'lastmod' && lastmod.length < 100) lastmod += data
  }
  parser.on('text', onText)
  parser.on('cdata', onText)
  parser.on('closetag', (tag) => {
    depth--
    field = null
    if (depth !== 1 || loc.trim() === '') return
    const name = localName(tag.name)
    if (name === 'url' && pages.length < maxPages) pages.push({ url: loc.trim(), ...(lastmod.trim() === '' ? {} : { lastmod: lastmod.trim() }) })
    else if (name === 'sitemap' && sitemaps.length < MAX_SITEMAPS) sitemaps.push(loc.trim())
    else cut = true
  })
  parser.on('error', (error) => {
    throw new Failure('UPSTREAM_INVALID', `the sitemap ${url} is not well-formed XML: ${error.message.slice(0, 200)}`)
  })
  const clean = text.replace(/^[\s\ufeff]+/, '')
  for (let at = 0; at < clean.length; at += SLICE_CHARS) {
    if (at > 0) await setImmediate()
    parser.write(clean.slice(at, at + SLICE_CHARS))
    if (at === 0 && root !== '' && root !== 'urlset' && root !== 'sitemapindex') return null
  }
  parser.close()
  return root === 'urlset' || root === 'sitemapindex' ? { pages, sitemaps, cut } : null
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)
