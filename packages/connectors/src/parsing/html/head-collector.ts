import type { Attributes } from './boilerplate.js'
import { cutText } from './cut-text.js'

/** What the head of a page says about it. */
export interface HeadInfo {
  readonly title?: string
  readonly canonical?: string
  readonly noindex: boolean
  readonly nofollow: boolean
  /** A `<meta http-equiv=refresh>` with its target as written. */
  readonly refresh?: { readonly url: string; readonly seconds: number }
  /** description, author, keywords, publishedAt, modifiedAt, siteName, image, type: as written. */
  readonly meta: Readonly<Record<string, string>>
}

const META_NAMES: ReadonlyMap<string, string> = new Map([
  ['description', 'description'],
  ['og:description', 'description'],
  ['author', 'author'],
  ['keywords', 'keywords'],
  ['article:published_time', 'publishedAt'],
  ['article:modified_time', 'modifiedAt'],
  ['og:updated_time', 'modifiedAt'],
  ['og:site_name', 'siteName'],
  ['og:image', 'image'],
  ['og:type', 'type'],
  ['generator', 'generator'],
])

const MAX_VALUE = 2_000

/** Collects titles, the canonical URL and meta elements; the first of each name counts. */
export class HeadCollector {
  #canonical: string | undefined
  #noindex = false
  #nofollow = false
  #refresh: { url: string; seconds: number } | undefined
  #ogTitle: string | undefined
  readonly #meta: Record<string, string> = {}

  /** Processes a `meta` or `link` element. */
  element(name: string, attributes: Attributes): void {
    if (name === 'link') {
      const rel = attributes['rel']?.toLowerCase().split(/\s+/)
      if (rel?.includes('canonical')) this.#canonical ??= attributes['href']
      return
    }
    const content = attributes['content']?.trim()
    if (content === undefined || content === '') return
    if (attributes['http-equiv']?.toLowerCase() === 'refresh') this.#refresh ??= parseRefresh(content)
    const key = (attributes['name'] ?? attributes['property'])?.toLowerCase()
    if (key === 'robots') this.robots(content)
    else if (key === 'og:title') this.#ogTitle ??= content
    else if (key !== undefined) {
      const field = META_NAMES.get(key)
      if (field !== undefined) this.#meta[field] ??= cutText(content, MAX_VALUE)
    }
  }

  /** Processes the directives of a robots meta element. */
  robots(content: string): void {
    const directives = parseRobotsDirectives(content)
    this.#noindex ||= directives.noindex
    this.#nofollow ||= directives.nofollow
  }

  finish(title: string, heading: string): HeadInfo {
    const chosen = [title, this.#ogTitle, heading].map((text) => text?.replace(/\s+/g, ' ').trim()).find((text) => text !== undefined && text !== '')
    return {
      ...(chosen === undefined ? {} : { title: cutText(chosen, MAX_VALUE) }),
      ...(this.#canonical === undefined ? {} : { canonical: this.#canonical }),
      ...(this.#refresh === undefined ? {} : { refresh: this.#refresh }),
      noindex: this.#noindex,
      nofollow: this.#nofollow,
      meta: this.#meta,
    }
  }
}

/** Parses the directives of a robots meta element, or of an X-Robots-Tag header meant for all crawlers. */
export const parseRobotsDirectives = (content: string): { readonly noindex: boolean; readonly nofollow: boolean } => {
  const words = new Set(content.toLowerCase().split(/[\s,]+/))
  const none = words.has('none')
  return { noindex: none || words.has('noindex'), nofollow: none || words.has('nofollow') }
}

const parseRefresh = (content: string): { url: string; seconds: number } | undefined => {
  const match = /^(\d{1,6})(?:\.\d*)?\s{0,5}[;,]\s{0,5}url\s{0,5}=\s{0,5}(['"]?)([^'"]{1,4096})\2/i.exec(content)
  return match === null ? undefined : { seconds: Number(match[1]), url: (match[3] ?? '').trim() }
}
