import { Failure, type HttpResponse, toHttpFailure } from '@inlet/connector-sdk'

/** How long GitHub asks to wait after a secondary limit that names no time. */
const SECONDARY_WAIT_MS = 60_000
const MAX_BODY = 4_000

/**
 * Returns the failure for a response of 400 or above. Primary and secondary limits are RATE_LIMITED with the time to wait; 403 names
 * the missing permission where GitHub does. The body is read, but only its message is quoted.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export const toGithubFailure = async (response: HttpResponse, what: string, now: Date): Promise<Failure> => {
  const { status, headers } = response
  const said = await messageOf(response)
  const general = toHttpFailure(response, now)
  const secondary = (status === 403 || status === 429) && /secondary rate|abuse detection|rate limit exceeded/i.test(said)
  if (general.reason === 'RATE_LIMITED' || secondary) {
    const kind = /secondary|abuse/i.test(said) ? 'secondary rate limit' : 'rate limit'
    return new Failure('RATE_LIMITED', `${what}: the ${kind} of GitHub is reached`, { retryAfterMs: general.retryAfterMs ?? SECONDARY_WAIT_MS })
  }
  const because = said === '' ? '' : `: ${said}`
  if (status === 401) return new Failure('AUTH_FAILED', `GitHub refuses the token${because}`)
  if (status === 403) return new Failure('PERMISSION_DENIED', `${what} is forbidden${because}`, { next: permissionAdvice(headers) })
  if (status === 404 || status === 410)
    return new Failure('NOT_FOUND_UPSTREAM', `${what} is not there${because}`, {
      next: 'Check the name. GitHub answers the same for private repositories that the token does not see: grant it access to them.',
    })
  if (status === 451) return new Failure('PERMISSION_DENIED', `${what} was taken down for legal reasons`)
  const retry = general.retryAfterMs === undefined ? {} : { retryAfterMs: general.retryAfterMs }
  return new Failure(general.reason, `${what}: GitHub answers ${status}${because}`, retry)
}

const permissionAdvice = (headers: Readonly<Record<string, string>>): string => {
  if (headers['x-github-sso'] !== undefined) return 'Authorize the token for single sign-on of the organization, in the settings of the token.'
  const fine = headers['x-accepted-github-permissions']
  if (fine !== undefined && fine !== '') return `Grant the token ${fine.slice(0, 200)}.`
  const classic = headers['x-accepted-oauth-scopes']
  if (classic !== undefined && classic !== '') return `Grant the token one of the scopes ${classic.slice(0, 200)}.`
  return 'Grant the token access to this repository and read permission for what is read.'
}

/** Returns GitHub's message, on one line; empty for error pages of proxies. */
const messageOf = async (response: HttpResponse): Promise<string> => {
  try {
    const text = await response.text()
    const body: unknown = JSON.parse(text.slice(0, 100_000))
    const message: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'message') : undefined
    return typeof message === 'string' ? message.replaceAll(/\s+/g, ' ').slice(0, MAX_BODY).slice(0, 300) : ''
  } catch {
    return ''
  }
}
