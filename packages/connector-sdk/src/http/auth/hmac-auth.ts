import { createHash, createHmac } from 'node:crypto'
import type { HttpRequest } from '../http-client.js'
import type { AuthSecrets, AuthSpec } from './auth-spec.js'
import { type Authorizer, withCredentials } from './authorizer.js'
import { needSecret } from './check-auth-secrets.js'

type HmacSpec = Extract<AuthSpec, { kind: 'hmac' }>

/** Signs every request, with the time from `now`. */
export const createHmacAuth = (spec: HmacSpec, secrets: AuthSecrets, now: () => Date): Authorizer => {
  const key = needSecret(spec, secrets, 'hmacSecret')
  return {
    authorize: (request) => {
      const body = typeof request.body === 'object' && !(request.body instanceof Uint8Array) ? JSON.stringify(request.body) : request.body
      const timestamp = formatTimestamp(now(), spec.timestampFormat)
      const signature = createHmac(spec.algorithm, key)
        .update(signedText(spec.template, { ...request, body }, timestamp))
        .digest(spec.encoding)
      const named = spec.keyIdHeader !== undefined && spec.keyId !== undefined ? { [spec.keyIdHeader]: spec.keyId } : {}
      const signed = withCredentials(request, { ...named, [spec.timestampHeader]: timestamp, [spec.header]: spec.prefix + signature })
      if (body === request.body || body === undefined) return signed
      // What is sent must be exactly what was signed.
      return { ...signed, body, headers: { 'content-type': 'application/json', ...signed.headers } }
    },
  }
}

/** Fills in an HMAC template. A body of bytes is taken as UTF-8 text. */
const signedText = (template: string, request: Omit<HttpRequest, 'body'> & { body: string | Uint8Array | undefined }, timestamp: string): string => {
  const url = new URL(request.url)
  const body = typeof request.body === 'string' ? request.body : Buffer.from(request.body ?? []).toString('utf8')
  const values: Readonly<Record<string, string>> = {
    method: request.method ?? 'GET',
    host: url.host,
    path: url.pathname,
    query: url.search.slice(1),
    pathWithQuery: url.pathname + url.search,
    timestamp,
    body,
    bodySha256: createHash('sha256')
      .update(request.body ?? '')
      .digest('hex'),
  }
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}

const formatTimestamp = (at: Date, format: HmacSpec['timestampFormat']): string => {
  if (format === 'iso') return at.toISOString()
  return String(format === 'epochMillis' ? at.getTime() : Math.floor(at.getTime() / 1000))
}
