import { cutText } from './cut-text.js'
import { createLinkResolver } from './link-resolver.js'
import type { HtmlPage } from './read-html.js'

const MAX_LINKS = 20_000
const LINK = /\]\(\s{0,5}<?([^\s<>()]{1,2048})/g

/** Reads a page of plain text or Markdown: its text as it is, titled by its first heading or line. */
export const readText = (text: string, options: { readonly url: string; readonly markdown: boolean }): HtmlPage => {
  const body = text.replaceAll('\r\n', '\n').trim()
  const title = titleOf(body, options.markdown)
  return {
    markdown: body,
    ...(title === '' ? {} : { title }),
    links: options.markdown ? linksOf(body, options.url) : [],
    noindex: false,
    nofollow: false,
    meta: {},
    hasPassword: false,
    truncated: false,
  }
}

const titleOf = (body: string, markdown: boolean): string => {
  const heading = markdown ? /^#{1,3}[ \t]+(.{1,500})$/m.exec(body.slice(0, 20_000))?.[1] : undefined
  const end = body.indexOf('\n')
  return cutText(heading ?? (end < 0 ? body : body.slice(0, end)), 200).trim()
}

const linksOf = (body: string, url: string): string[] => {
  const resolver = createLinkResolver(url)
  const links = new Set<string>()
  for (const match of body.matchAll(LINK)) {
    const href = match[1] ?? ''
    const link = href.startsWith('#') ? '' : resolver.resolve(href.split('#', 1)[0] ?? '')
    if (link !== '' && links.size < MAX_LINKS) links.add(link)
  }
  return [...links]
}
