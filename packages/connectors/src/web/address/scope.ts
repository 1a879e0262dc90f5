import { compileGlob } from './glob.js'
import { originOf } from './normalize-url.js'
import { findTrap } from './trap.js'

/** Files that are no pages, by their extension; requesting them would only put load on the site. */
const NO_PAGE =
  /\.(?:png|jpe?g|gif|webp|avif|svgz?|ico|bmp|tiff?|css|js|mjs|map|woff2?|ttf|otf|eot|mp[34]|m4[av]|webm|ogg|ogv|wav|avi|mov|flv|zip|gz|tgz|bz2|xz|7z|rar|tar|jar|war|exe|msi|dmg|deb|rpm|apk|iso|bin|docx?|xlsx?|pptx?|odt|ods|epub|csv|xml|rss|atom|json)$/i

const PDF = /\.pdf$/i

export type ScopeVerdict = 'in' | 'other_site' | 'excluded' | 'no_page' | 'trap'

export interface Scope {
  /** Classifies a normalized URL that is not a start address. */
  classify(url: string): ScopeVerdict
  /** Adds the site that a start address redirects to. */
  addOrigin(origin: string): void
  hasOrigin(origin: string): boolean
}

export const createScope = (options: {
  readonly startUrls: readonly string[]
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** Whether PDF files count as pages; default true. */
  readonly pdf?: boolean
}): Scope => {
  const origins = new Set(options.startUrls.map(originOf))
  const include = options.include.map(compileGlob)
  const exclude = options.exclude.map(compileGlob)
  return {
    classify(url) {
      if (!origins.has(originOf(url))) return 'other_site'
      if (exclude.some((glob) => glob.matches(url))) return 'excluded'
      if (include.length > 0 && !include.some((glob) => glob.matches(url))) return 'excluded'
      const path = pathOf(url)
      if (NO_PAGE.test(path) || (options.pdf === false && PDF.test(path))) return 'no_page'
      return findTrap(url) === null ? 'in' : 'trap'
    },
    addOrigin: (origin) => void origins.add(origin),
    hasOrigin: (origin) => origins.has(origin),
  }
}

const pathOf = (url: string): string => {
  const queryAt = url.indexOf('?')
  return queryAt < 0 ? url : url.slice(0, queryAt)
}
