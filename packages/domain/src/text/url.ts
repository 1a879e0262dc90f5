/**
 * Whether `new URL(text, base)` succeeds. Not URL.canParse(): once compiled, it makes Node 20 refuse text with Latin-1 characters beyond ASCII, e.g.
 * https://bücher.example/.
 */
export const isUrl = (text: string, base?: string | URL): boolean => {
  try {
    return new URL(text, base) instanceof URL
  } catch {
    return false
  }
}

const HIDDEN = '…'
const MAX_SEGMENTS = 4
const MAX_SEGMENT = 40
const MAX_LENGTH = 300

/** Masks a URL that is itself a secret: `https://host/…`. Masking it again changes nothing. */
export const maskUrl = (text: string): string => {
  if (!isUrl(text)) return HIDDEN
  const { origin, pathname, search, hash } = new URL(text)
  return pathname === '/' && search === '' && hash === '' ? origin : `${origin}/${HIDDEN}`
}

/** Removes a secret URL from a message, however much of it is repeated there. */
export const hideUrl = (message: string, url: string): string => {
  if (!isUrl(url)) return message
  const { origin } = new URL(url)
  const [first = '', ...rest] = message.split(origin)
  return [first, ...rest.map((part) => part.replace(/^[/?#]\S*/, `/${HIDDEN}`))].join(origin)
}

/**
 * Formats a URL for messages and logs: without query and fragment, and without the parts of its path that look like tokens, since any of these may be
 * secrets.
 */
export const showUrl = ({ origin, pathname }: URL): string => {
  const segments = pathname.split('/').slice(1)
  const shown = segments.slice(0, MAX_SEGMENTS).map((segment) => (looksRandom(segment) ? HIDDEN : segment))
  return [origin, ...shown, ...(segments.length > MAX_SEGMENTS ? [HIDDEN] : [])].join('/').slice(0, MAX_LENGTH)
}

/** Words and small numbers are names; long runs, and mixed letters and digits, are keys, ids or tokens. */
const looksRandom = (segment: string): boolean =>
  segment.length > MAX_SEGMENT || /[:%]/.test(segment) || segment.split(/[^A-Za-z0-9]+/).some((run) => run.length > lengthOfNames(run))

const lengthOfNames = (run: string): number => {
  if (/^\d+$/.test(run)) return 8
  if (/^([A-Z]?[a-z]+|[A-Z]+)$/.test(run)) return 20
  return /^[A-Za-z]+$/.test(run) ? 14 : 7
}
