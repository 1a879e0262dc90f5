/**
 * Whether `new URL(text, base)` succeeds. Not URL.canParse(): once it is compiled, Node 20 refuses with it what holds Latin-1
 * beyond ASCII, e.g. https://bücher.example/.
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

/** A URL that is a secret as a whole, as it is shown: `https://host/…`. The same for what was shown so already. */
export const maskUrl = (text: string): string => {
  if (!isUrl(text)) return HIDDEN
  const { origin, pathname, search, hash } = new URL(text)
  return pathname === '/' && search === '' && hash === '' ? origin : `${origin}/${HIDDEN}`
}

/** A message without a URL that is a secret, in whatever length it is repeated there. */
export const hideUrl = (message: string, url: string): string => {
  if (!isUrl(url)) return message
  const { origin } = new URL(url)
  const [first = '', ...rest] = message.split(origin)
  return [first, ...rest.map((part) => part.replace(/^[/?#]\S*/, `/${HIDDEN}`))].join(origin)
}

/**
 * A URL for messages and logs: without query and fragment, and without the parts of its path that look like tokens, since all of
 * these may be secrets.
 */
export const showUrl = ({ origin, pathname }: URL): string => {
  const segments = pathname.split('/').slice(1)
  const shown = segments.slice(0, MAX_SEGMENTS).map((segment) => (looksRandom(segment) ? HIDDEN : segment))
  return [origin, ...shown, ...(segments.length > MAX_SEGMENTS ? [HIDDEN] : [])].join('/').slice(0, MAX_LENGTH)
}

/** Words and small numbers are names; long runs, and letters and digits mixed, are keys, ids or tokens. */
const looksRandom = (segment: string): boolean =>
  segment.length > MAX_SEGMENT || /[:%]/.test(segment) || segment.split(/[^A-Za-z0-9]+/).some((run) => run.length > lengthOfNames(run))

const lengthOfNames = (run: string): number => {
  if (/^\d+$/.test(run)) return 8
  if (/^([A-Z]?[a-z]+|[A-Z]+)$/.test(run)) return 20
  return /^[A-Za-z]+$/.test(run) ? 14 : 7
}
