/** Attributes of an element as the parser gives them. */
export type Attributes = Readonly<Record<string, string | undefined>>

const ALWAYS_ROLES = new Set(['navigation', 'search', 'menu', 'menubar', 'toolbar', 'dialog', 'alertdialog', 'tablist', 'tooltip'])
const OUTSIDE_ROLES = new Set(['banner', 'contentinfo', 'complementary'])

/** Class and id tokens that mark navigation wherever they stand. */
const ALWAYS_TOKENS = new Set(
  (
    'navbar navigation navheader navfooter nav-header nav-footer breadcrumb breadcrumbs pagination pager prev-next prevnext skip-link skip-nav skiplink ' +
    'headerlink anchor-link anchorjs-link permalink mw-editsection linenos linenodiv lineno line-numbers-rows copybtn copy-button sr-only visually-hidden ' +
    'screen-reader-text cookie-banner cookie-consent cookie-notice cookieconsent share-buttons social-share sharedaddy site-header site-footer page-footer ' +
    'sphinxsidebar wy-nav-side wy-breadcrumbs rst-footer-buttons edit-page-link theme-doc-toc-mobile theme-doc-breadcrumbs pagination-nav katex-html noprint navbox'
  ).split(' '),
)

/** Tokens that mark navigation only outside of the main content, where a menu may well be that of a restaurant. */
const OUTSIDE_TOKENS = new Set(
  (
    'nav menu menus sidebar side-bar sidenav toc-sidebar left-sidebar right-sidebar footer header masthead topbar top-bar toolbar banner ' +
    'related links-bar advert advertisement ads social share search searchbox search-form login-box newsletter subscribe cookie cookies comments-form'
  ).split(' '),
)

/**
 * Whether an element is navigation, decoration or hidden instead of content. `inMain` is set inside of main and article,
 * `classVerdicts` remembers class attributes, of which a document has few distinct ones.
 */
export const isBoilerplate = (name: string, attributes: Attributes, inMain: boolean, classVerdicts: Map<string, boolean>): boolean => {
  if (name === 'html' || name === 'body' || name === 'main') return false
  if (attributes['hidden'] !== undefined && attributes['hidden'] !== 'until-found') return true
  if (attributes['aria-hidden'] === 'true') return true
  const role = attributes['role']
  if (role !== undefined && (ALWAYS_ROLES.has(role) || (!inMain && OUTSIDE_ROLES.has(role)))) return true
  const style = attributes['style']
  if (style !== undefined && /display\s?:\s?none/i.test(style)) return true
  if (name === 'article') return false
  const { class: classes, id } = attributes
  return (classes !== undefined && isMarked(classes, inMain, classVerdicts)) || (id !== undefined && isMarked(id, inMain, classVerdicts))
}

const isMarked = (value: string, inMain: boolean, verdicts: Map<string, boolean>): boolean => {
  const key = inMain ? `m ${value}` : value
  const known = verdicts.get(key)
  if (known !== undefined) return known
  const tokens = value.length > 500 ? [] : value.toLowerCase().split(/\s+/)
  const verdict = tokens.some((token) => ALWAYS_TOKENS.has(token) || (!inMain && OUTSIDE_TOKENS.has(token)))
  verdicts.set(key, verdict)
  return verdict
}
