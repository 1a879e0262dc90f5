/** Attributes of an element as the parser returns them. */
export type Attributes = Readonly<Record<string, string | undefined>>

/**
 * What an element looks like: `hidden` is certain and left out at once; the others are weighed against the rest of the page at its end. `decoration`
 * is left out at once where it is small by nature: within a line or a table.
 */
export type Suspicion = 'hidden' | 'decoration' | 'strong' | 'weak' | null

const STRONG_ROLES = new Set(['navigation', 'search', 'menu', 'menubar', 'toolbar', 'dialog', 'alertdialog', 'tooltip'])
const WEAK_ROLES = new Set(['banner', 'contentinfo', 'complementary'])

/** Class and id tokens of what is decoration wherever it occurs, or is meant only for screen readers. */
const DECORATION = new Set(
  (
    'skip-link skip-nav skiplink headerlink anchor-link anchorjs-link permalink mw-editsection linenos linenodiv lineno line-numbers-rows copybtn ' +
    'copy-button sr-only visually-hidden screen-reader-text katex-html'
  ).split(' '),
)

/** Class and id tokens that say what something is. */
const STRONG =
  /^(?:[a-z]+[-_]{1,2})?(?:nav|navbar|navigation|menu|breadcrumbs?|pagination|pager|paginator|prev-?next|post-navigation|comments?|commentlist|comment-?(?:list|section|form|respond|area|wrap)|respond|replies|disqus(?:_thread)?|related(?:[-_]?(?:posts?|articles?|content|stories|news|links?|topics?))?|recommend(?:ed|ations?)?|similar|read-?more|more-?(?:stories|news|articles|posts|from)|share|sharing|share-?(?:buttons?|bar|links?|tools)|shariff|sharedaddy|social(?:[-_]?(?:share|media|links|icons|buttons|bar))?|addthis|addtoany|newsletter(?:[-_].*)?|subscri(?:be|ption)(?:[-_].*)?|advert(?:s|isement|ising|orial)?|ads?|adsbygoogle|ad-?(?:container|wrapper|slot|banner|box)|promo(?:tion)?|sponsor(?:ed|s)?|cookies?(?:[-_].*)?|consent(?:[-_].*)?|gdpr|popup|modal|lightbox|login(?:[-_].*)?|signup|outbrain|taboola|tags?|tag-?(?:list|cloud|links)|tagcloud|post-?tags|entry-?tags|byline|post-?meta|entry-?meta|article-?meta|author-?(?:box|bio|info|card)|about-?author|search-?(?:form|box|bar)?|site-?(?:header|footer|nav)|page-?(?:header|footer)|footer-?nav|sphinxsidebar|wy-nav-side|wy-breadcrumbs|rst-footer-buttons|edit-page-link|toc-mobile|navbox)$/

/** Class and id tokens that say where something is. */
const WEAK =
  /^(?:[a-z]+[-_]{1,2})?(?:side-?bar|sidenav|aside|widgets?|widget-?area|footer|header|masthead|top-?bar|toolbar|banner|toc|toc-sidebar|teasers?|teaser-?list|links-bar|meta|noprint|no-?print|print-?hide|tabs|carousel|slider|gallery-?nav|rail|column-?right|right-?(?:col|column|side|rail)|left-?(?:col|column|side|rail))$/

/** A class that begins with the name of a place often describes the page: `has-sidebar`, `sidebar-right`. */
const OF_LAYOUT = /^(?:elementor|wp|vc|et|fusion|avia|tatsu|uk|has|with|no|is|page|layout|body|single|full|hide|show|sticky|fixed|js|site-has)[-_]/

/** What an element looks like, and the word that says so. */
export interface Verdict {
  readonly suspicion: Suspicion
  readonly word: string
}

const NONE: Verdict = { suspicion: null, word: '' }
const HIDDEN: Verdict = { suspicion: 'hidden', word: '' }
const ORDER: readonly Suspicion[] = ['decoration', 'strong', 'weak']

/** Classifies an element by its attributes; `verdicts` caches class attributes, of which a document has few distinct ones. */
export const suspicionOf = (name: string, attributes: Attributes, verdicts: Map<string, Verdict>): Verdict => {
  if (name === 'html' || name === 'body') return NONE
  if (attributes['hidden'] !== undefined && attributes['hidden'] !== 'until-found') return HIDDEN
  if (attributes['aria-hidden'] === 'true') return HIDDEN
  const style = attributes['style']
  if (style !== undefined && /display\s?:\s?none/i.test(style)) return HIDDEN
  if (name === 'main') return NONE
  const { class: classes, id, role } = attributes
  if (classes === undefined && id === undefined && role === undefined) return NONE
  const byClass = classes === undefined ? NONE : verdictOf(classes, verdicts)
  const byId = id === undefined ? NONE : verdictOf(id, verdicts)
  const worst = worse(worse(roleVerdict(role), byClass), byId)
  return name === 'article' && worst.suspicion !== 'decoration' ? NONE : worst
}

/** The more suspicious of two verdicts, and the first one of equals. */
const worse = (one: Verdict, other: Verdict): Verdict => (rank(other) < rank(one) ? other : one)

const rank = ({ suspicion }: Verdict): number => (suspicion === null ? ORDER.length : ORDER.indexOf(suspicion))

const roleVerdict = (role: string | undefined): Verdict => {
  if (role === undefined) return NONE
  if (STRONG_ROLES.has(role)) return { suspicion: 'strong', word: role }
  return WEAK_ROLES.has(role) ? { suspicion: 'weak', word: role } : NONE
}

const verdictOf = (value: string, verdicts: Map<string, Verdict>): Verdict => {
  const known = verdicts.get(value)
  if (known !== undefined) return known
  const tokens = value.length > 500 ? [] : value.toLowerCase().split(/\s+/)
  const find = (test: (token: string) => boolean, suspicion: Suspicion): Verdict | null => {
    const word = tokens.find(test)
    return word === undefined ? null : { suspicion, word }
  }
  const verdict =
    find((token) => DECORATION.has(token), 'decoration') ??
    find((token) => STRONG.test(token) && !OF_LAYOUT.test(token), 'strong') ??
    find((token) => WEAK.test(token) && !OF_LAYOUT.test(token), 'weak') ??
    NONE
  verdicts.set(value, verdict)
  return verdict
}

/** Class and id tokens of the element that contains the text of an article. */
const TEXT_BODY =
  /^(?:entry|post|article|story|page|blog|news|single|content|td-post|text|main)[-_]{0,2}(?:content|body|text|article|story)(?:[-_]{1,2}(?:inner|wrapper|text|main))?$|^(?:articlebody|mw-parser-output|rich-?text|prose|markdown-body|body-?text|bodytext|artikel-?text|artikel|post_content|entry|h-entry|e-content)$/

/** Whether an element declares that it contains the text. */
export const isTextBody = ({ class: classes, id, itemprop }: Attributes): boolean =>
  itemprop?.toLowerCase() === 'articlebody' || namesTextBody(classes) || namesTextBody(id)

const namesTextBody = (value: string | undefined): boolean =>
  value !== undefined &&
  value.length <= 500 &&
  value
    .toLowerCase()
    .split(/\s+/)
    .some((token) => TEXT_BODY.test(token))
