/** What an element means for the Markdown of a page. */
export type TagRole = keyof typeof NAMES

const NAMES = {
  skip: 'script style noscript template svg iframe object embed canvas video audio map select datalist textarea button dialog rp rt rtc progress meter',
  control: 'input',
  navigation: 'nav',
  outside: 'header footer',
  aside: 'aside',
  main: 'main',
  article: 'article',
  block:
    'html body p div section address details summary figure figcaption fieldset legend form hgroup center caption thead tbody tfoot search menu dir',
  heading: 'h1 h2 h3 h4 h5 h6',
  list: 'ul ol',
  item: 'li',
  terms: 'dl',
  term: 'dt',
  meaning: 'dd',
  quote: 'blockquote',
  pre: 'pre listing xmp plaintext',
  code: 'code kbd samp tt',
  strong: 'strong b',
  em: 'em i',
  strike: 'del s strike',
  cite: 'q',
  link: 'a',
  image: 'img',
  break: 'br',
  rule: 'hr',
  table: 'table',
  row: 'tr',
  cell: 'td th',
  head: 'title meta link base',
} as const

/** The role of each element; those that are not listed are transparent. */
export const TAG_ROLES: ReadonlyMap<string, TagRole> = new Map(
  Object.entries(NAMES).flatMap(([role, names]) => names.split(' ').map((name) => [name, role as TagRole] as const)),
)
