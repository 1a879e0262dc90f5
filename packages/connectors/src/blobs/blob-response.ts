import { describeLocation, Failure, type HttpResponse, type Reason, toHttpFailure } from '@inlet/connector-sdk'

const MAX_ERROR_BYTES = 64 * 1024
const CODE = /<Code>\s*([A-Za-z0-9]{1,100})\s*<\/Code>/

export interface ResponseRules {
  /** Reasons for the store's error codes; others follow from the status. */
  readonly reasons: Readonly<Record<string, Reason>>
  /** What is missing or forbidden, for messages, e.g. `container reports`. */
  readonly place: string
  /** Returns what to say besides the code, e.g. the region of a bucket. */
  readonly hint?: (code: string, response: HttpResponse, body: string) => string | undefined
  readonly now: () => Date
}

/**
 * Returns the response if its status is below 300; otherwise throws the failure for its error code.
 * Omits the store's message, which may repeat what was signed.
 */
export const acceptResponse = async (response: HttpResponse, rules: ResponseRules): Promise<HttpResponse> => {
  if (response.status < 300) return response
  const body = await errorBody(response)
  const code = CODE.exec(body)?.[1] ?? response.headers['x-ms-error-code'] ?? ''
  throw toBlobFailure(response, { ...rules, code, body })
}

const errorBody = async (response: HttpResponse): Promise<string> => {
  if (Number(response.headers['content-length'] ?? 0) > MAX_ERROR_BYTES) {
    response.discard()
    return ''
  }
  return await response.text()
}

const toBlobFailure = (
  response: HttpResponse,
  { reasons, place, hint, now, code, body }: ResponseRules & { code: string; body: string },
): Failure => {
  const byStatus = toHttpFailure(response, now())
  const reason = (Object.hasOwn(reasons, code) ? reasons[code] : undefined) ?? byStatus.reason
  const said = `${place}: the store answers ${code === '' ? `with status ${response.status}` : `${code} (status ${response.status})`}`
  const { location } = response.headers
  const more = hint?.(code, response, body) ?? (location === undefined ? undefined : `it redirects to ${describeLocation(location)}`)
  const waitMs = reason === 'RATE_LIMITED' ? byStatus.retryAfterMs : undefined
  return new Failure(reason, more === undefined ? said : `${said}; ${more}`, waitMs === undefined ? {} : { retryAfterMs: waitMs })
}
