import { createHash } from 'node:crypto'
import type { Request } from 'express'

/** How long a session lasts. */
export const SESSION_SECONDS = 43_200
const NAME = 'inlet_session'

export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Returns the token that only pages of this origin can send back: the API gives it to them, and it cannot be read from the cookie. */
export const csrfTokenOf = (token: string): string => createHash('sha256').update(`inlet-csrf\0${token}`).digest('base64url')

/** Returns the token in the cookie of a request; null without one. */
export const sessionTokenOf = (request: Pick<Request, 'headers'>): string | null => {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value = ''] = pair.trim().split('=')
    if (name === NAME && /^[\w-]{43}$/u.test(value)) return value
  }
  return null
}

/** Returns the Set-Cookie header that signs in, or (null) out. Scripts cannot read the cookie, other sites cannot send it. */
export const sessionCookie = (token: string | null, secure: boolean): string =>
  [
    `${NAME}=${token ?? ''}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${token === null ? 0 : SESSION_SECONDS}`,
    ...(secure ? ['Secure'] : []),
  ].join('; ')
