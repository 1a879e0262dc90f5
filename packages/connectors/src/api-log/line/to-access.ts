import type { JsonObject } from '@inlet/connector-sdk'
import type { Access, DurationUnit, ParsedLine, RawAccess } from './access.js'

const PER_MS: Readonly<Record<DurationUnit, number>> = { s: 0.001, ms: 1, us: 1000, ns: 1_000_000 }
const METHOD = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/

export interface ToAccessOptions {
  readonly unit: DurationUnit
  readonly time: (value: string | number) => string | undefined
  readonly extra?: JsonObject | undefined
}

/** Turns the fields of a line into a request. Refuses a line with an invalid time, or with neither request nor status. */
export const toAccess = (raw: RawAccess, { unit, time, extra }: ToAccessOptions): ParsedLine => {
  const status = toStatus(raw.status)
  let { method, target, protocol } = raw
  const request = given(raw.request)
  if (request !== undefined) [method, target, protocol] = splitRequest(request)
  if (status === undefined && given(method) === undefined && given(target) === undefined && request === undefined)
    return 'names neither a request nor a status'
  const at = raw.time === undefined || raw.time === '-' ? undefined : time(raw.time)
  if (at === undefined && raw.time !== undefined && raw.time !== '-') return 'has a time that cannot be read'
  const whole = given(target)
  const absolute = whole !== undefined && !whole.startsWith('/') ? splitAddress(whole) : undefined
  const local = absolute === undefined ? whole : absolute.target
  const queryAt = local === undefined ? -1 : local.indexOf('?')
  const access: Access = {
    time: at,
    method: given(method),
    target: local,
    path: local === undefined || queryAt < 0 ? local : local.slice(0, queryAt),
    query: local === undefined || queryAt < 0 ? undefined : local.slice(queryAt + 1),
    protocol: given(protocol),
    status,
    bytes: toNumber(raw.bytes),
    durationMs: toMs(raw.duration, unit),
    remoteAddress: given(raw.remoteAddress),
    remoteUser: given(raw.remoteUser),
    host: given(raw.host) ?? absolute?.host,
    referrer: given(raw.referrer),
    userAgent: given(raw.userAgent),
    extra,
  }
  return access
}

const given = (value: string | undefined): string | undefined => (value === undefined || value === '-' || value === '' ? undefined : value)

/** Splits a request line into method, target and protocol; anything else, e.g. a TLS greeting sent to a plain port, becomes the target. */
const splitRequest = (request: string): [string | undefined, string | undefined, string | undefined] => {
  const first = request.indexOf(' ')
  if (first < 0 || !METHOD.test(request.slice(0, first))) return [undefined, request, undefined]
  const last = request.lastIndexOf(' ')
  return last > first && request.startsWith('HTTP/', last + 1)
    ? [request.slice(0, first), request.slice(first + 1, last), request.slice(last + 1)]
    : [request.slice(0, first), request.slice(first + 1), undefined]
}

/** Splits an absolute URL, as proxies and load balancers log it; returns undefined for anything else. */
const splitAddress = (target: string): { readonly target: string; readonly host: string } | undefined => {
  if (!/^(?:https?|wss?):\/\//i.test(target)) return undefined
  const from = target.indexOf('://') + 3
  const slash = target.slice(from).search(/[/?]/)
  if (slash < 0) return { target: '/', host: target.slice(from) }
  const rest = target.slice(from + slash)
  return { target: rest.startsWith('/') ? rest : `/${rest}`, host: target.slice(from, from + slash) }
}

const toStatus = (value: string | number | undefined): number | undefined => {
  const status = Number(value)
  return status >= 100 && status <= 999 && Number.isInteger(status) ? status : undefined
}

const toNumber = (value: string | number | undefined): number | undefined => {
  if (value === undefined || value === '-' || value === '') return undefined
  const number = Number(value)
  return number >= 0 && number <= Number.MAX_SAFE_INTEGER ? number : undefined
}

/** Parses `0.123s`, as in Google's logs, and lists such as `0.1, 0.2`, of which the first counts. */
const toMs = (value: string | number | undefined, unit: DurationUnit): number | undefined => {
  if (value === undefined || value === '-' || value === '') return undefined
  const text = typeof value === 'number' ? undefined : /^(\d{1,18}(?:\.\d{1,18})?)(ns|us|ms|s)?/.exec(value)
  if (text === null) return undefined
  const number = toNumber(text === undefined ? value : text[1])
  if (number === undefined) return undefined
  return Math.round((number / PER_MS[(text?.[2] as DurationUnit | undefined) ?? unit]) * 1000) / 1000
}
