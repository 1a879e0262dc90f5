import type { HtmlPage } from '../../parsing/html/read-html.js'
import type { Visit } from './frontier.js'

const LOGIN_WORDS = /\b(?:log|sign)[\s_-]?(?:in|on)\b|\bauth|\bsso\b|\bsession\b|\bpassword\b|\banmeld/i
/** A page with more text is not made of a login form. */
const MAX_TEXT = 3_000
/** A start address may well be a front page that has a form among other things. */
const MAX_START_TEXT = 600

/**
 * Whether a start address or a stored page now shows a form to log in, i.e. a session or a credential has ended. Reading on
 * would replace the whole site by its login page.
 */
export const looksLikeLogin = (visit: Visit, page: HtmlPage): boolean => {
  if (!page.hasPassword || page.markdown.length > MAX_TEXT) return false
  const wasContent = visit.stored !== undefined && visit.stored.p !== 1
  if (!visit.start && visit.movedFrom === undefined && !wasContent) return false
  if (visit.movedFrom === undefined && visit.stored?.p === 1) return false
  if (visit.start && visit.movedFrom === undefined && !wasContent && page.markdown.length > MAX_START_TEXT) return false
  return LOGIN_WORDS.test(`${page.title ?? ''} ${pathOf(visit.url)} ${page.markdown.slice(0, 500)}`)
}

const pathOf = (url: string): string => url.slice(url.indexOf('/', 8))
