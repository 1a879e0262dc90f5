import type { Place } from './block.js'
import { type Attributes, isTextBody, suspicionOf, type Verdict } from './boilerplate.js'
import { chooseContent } from './choose-content.js'
import { ElementWriter } from './element-writer.js'
import { HeadCollector } from './head-collector.js'
import { createLinkResolver, type LinkResolver } from './link-resolver.js'
import { MainContent } from './main-content.js'
import { TAG_ROLES, type TagRole } from './tags.js'

/** The parser's stack takes quadratic time in the nesting depth, so reading stops here. */
export const MAX_DEPTH = 500

/** Thrown out of the parser at {@link MAX_DEPTH}; what was read so far is kept. */
export class NestedTooDeep extends Error {}

export interface HandlerOptions {
  /** The final URL of the page. */
  readonly url: string
  /** Leave out navigation. */
  readonly prune: boolean
  /** Write links as `[text](url)`; otherwise only their text. */
  readonly inlineLinks: boolean
  /** Leave links marked rel=nofollow out of `links`. */
  readonly obeyNofollow: boolean
  /** Keep fragments that begin with `#/` or `#!` in `links`: routes displayed by scripts. Default no. */
  readonly hashRoutes?: boolean
  /** Whether the page follows the rules of XML. Default no. */
  readonly xml?: boolean
}

const MAX_LINKS = 20_000
const NOT_PRUNED: Verdict = { suspicion: null, word: '' }
/** Elements that are small by nature. */
const SMALL = new Set(['td', 'th', 'tr', 'pre', 'li', 'dt', 'p'])
/** Elements within a paragraph. */
const INLINE = new Set(
  'a abbr b bdi bdo big cite code dfn em font i img kbd label mark q s samp small span strike strong sub sup svg time tt u var'.split(' '),
)

/** Receives the parser's events of one pass over a page and collects everything that is wanted of it. */
export class HtmlHandler {
  readonly head = new HeadCollector()
  readonly main = new MainContent()
  /** Absolute URLs without fragments, in page order. */
  readonly links = new Set<string>()
  /** URLs left out because they are marked nofollow. */
  readonly nofollowLinks = new Set<string>()
  title = ''
  firstHeading = ''
  language: string | undefined
  hasPassword = false
  readonly #elements = new ElementWriter()
  readonly #options: HandlerOptions
  readonly #resolver: LinkResolver
  readonly #verdicts = new Map<string, Verdict>()
  /** The open places, with the depth of their elements. */
  readonly #places: { readonly place: Place; readonly depth: number }[] = []
  #depth = 0
  #skip = 0
  #inTitle = false
  #inHeading = false
  #based = false

  constructor(options: HandlerOptions) {
    this.#options = options
    this.#resolver = createLinkResolver(options.url)
  }

  /** Returns the content once the page was read, without navigation if requested. */
  finish(): { readonly markdown: string; readonly keptBoilerplate: boolean } {
    const { writer } = this.#elements
    writer.endBlock()
    this.main.finish(writer)
    if (!this.#options.prune) return { markdown: writer.text(), keptBoilerplate: false }
    const { keep, keptBoilerplate } = chooseContent(writer.blocks, this.main.ranges)
    return { markdown: writer.text((_block, index) => keep[index] === true), keptBoilerplate }
  }

  resolve(href: string): string {
    return this.#resolver.resolve(href)
  }

  onopentag(name: string, attributes: Attributes): void {
    if (++this.#depth > MAX_DEPTH) throw new NestedTooDeep()
    const role = TAG_ROLES.get(name)
    if (name === 'a' || name === 'area') this.#collectLink(attributes)
    else if (role === 'control') this.hasPassword ||= attributes['type']?.toLowerCase() === 'password'
    else if (role === 'heading' && this.firstHeading === '') this.#inHeading = true
    if (this.#skip > 0) this.#skip++
    else if (role === 'skip' || role === 'control') this.#skip = 1
    else {
      const { suspicion, word } = this.#options.prune ? this.#verdict(name, role, attributes) : NOT_PRUNED
      if (suspicion === 'hidden' || (suspicion !== null && INLINE.has(name)) || (suspicion === 'decoration' && SMALL.has(name))) this.#skip = 1
      else {
        if (suspicion !== null) this.#enter(suspicion === 'strong' ? 'strong' : 'weak', word)
        if (role !== undefined) this.#open(name, role, attributes)
        else if (isTextBody(attributes)) this.main.open('body', this.#depth, this.#elements.writer)
      }
    }
  }

  ontext(data: string): void {
    if (this.#inTitle) this.title += data
    else {
      if (this.#inHeading && this.firstHeading.length < 500) this.firstHeading += data
      if (this.#skip === 0) this.#elements.writer.add(data)
    }
  }

  onclosetag(name: string): void {
    const depth = this.#depth--
    const role = TAG_ROLES.get(name)
    if (role === 'heading') this.#inHeading = false
    if (this.#skip > 0) {
      this.#skip--
      return
    }
    if (role === undefined) return this.#leave(depth)
    if (name === 'title') this.#inTitle = false
    this.#elements.close(role)
    this.#leave(depth)
  }

  #open(name: string, role: TagRole, attributes: Attributes): void {
    if (role === 'link') return this.#elements.openLink(this.#inlineHref(attributes['href']))
    if (role === 'image') return this.#elements.image(attributes['alt'] ?? '', this.#imageSource(attributes))
    if (role === 'head') return this.#headElement(name, attributes)
    if (name === 'html') this.language = attributes['lang']?.slice(0, 35)
    this.#elements.open(name, role, attributes)
    const kind = role === 'main' || attributes['role'] === 'main' ? 'main' : role === 'article' ? 'article' : isTextBody(attributes) ? 'body' : null
    if (kind !== null) this.main.open(kind, this.#depth, this.#elements.writer)
  }

  #verdict(name: string, role: TagRole | undefined, attributes: Attributes): Verdict {
    const verdict = suspicionOf(name, attributes, this.#verdicts)
    if (verdict.suspicion !== null && verdict.suspicion !== 'weak') return verdict
    if (role === 'navigation') return { suspicion: 'strong', word: name }
    const beside = (role === 'outside' && attributes['id'] !== 'title-block-header') || role === 'aside'
    return beside && !this.main.inside ? { suspicion: 'weak', word: name } : verdict
  }

  #enter(strength: 'strong' | 'weak', label: string): void {
    const { writer } = this.#elements
    writer.endBlock()
    const place: Place = { parent: writer.place, strength, label }
    this.#places.push({ place, depth: this.#depth })
    writer.place = place
  }

  /** Handles the end of an element at this depth. */
  #leave(depth: number): void {
    const { writer } = this.#elements
    this.main.close(depth, writer)
    if (this.#places.at(-1)?.depth !== depth) return
    writer.endBlock()
    writer.place = this.#places.pop()?.place.parent ?? null
  }

  #headElement(name: string, attributes: Attributes): void {
    if (name === 'title') this.#inTitle = this.title === ''
    else if (name !== 'base') this.head.element(name, attributes)
    else if (attributes['href'] !== undefined && !this.#based) {
      this.#based = true
      this.#resolver.setBase(attributes['href'])
    }
  }

  #collectLink(attributes: Attributes): void {
    const href = attributes['href']
    if (href === undefined || (href.startsWith('#') && !this.#isRoute(href)) || this.links.size >= MAX_LINKS) return
    const hash = href.indexOf('#')
    const url = this.#resolver.resolve(hash < 0 || this.#isRoute(href.slice(hash)) ? href : href.slice(0, hash))
    const left = this.#options.obeyNofollow && attributes['rel']?.toLowerCase().includes('nofollow')
    if (url !== '') (left ? this.nofollowLinks : this.links).add(url)
  }

  #isRoute(fragment: string): boolean {
    return this.#options.hashRoutes === true && (fragment.startsWith('#/') || fragment.startsWith('#!'))
  }

  /** A link within the page is useless outside it. */
  #inlineHref(href: string | undefined): string {
    if (href === undefined || !this.#options.inlineLinks || href.startsWith('#')) return ''
    const url = this.#resolver.resolve(href)
    return url.startsWith(`${this.#options.url}#`) ? '' : url
  }

  #imageSource(attributes: Attributes): string {
    const source = attributes['data-src'] ?? attributes['src']
    return source === undefined || source.startsWith('data:') || !this.#options.inlineLinks ? '' : this.#resolver.resolve(source)
  }
}
