import { Failure, isUrl } from '@inlet/connector-sdk'

/** The address of a path below the base, whose own path stays. Throws VALIDATION_FAILED, with the field, when the path leaves the base. */
export const joinUrl = (base: string, path: string, field: string): URL => {
  const root = new URL(base)
  const prefix = root.pathname.replace(/\/+$/, '')
  const text = path === '' ? root.href : `${root.origin}${prefix}/${path.replace(/^\/+/, '')}`
  const isBelow = isUrl(text) && !/^[a-z][\w+.-]*:/i.test(path) && `${new URL(text).pathname}/`.startsWith(`${prefix}/`)
  if (!isBelow) throw new Failure('VALIDATION_FAILED', `${field} must be a path below the URL`, { field })
  return new URL(text)
}
