import { checkHeader, Failure, isHeaderValue } from '@inlet/connector-sdk'
import { z } from 'zod'

/** For forms: secrets of the same way to sign in are asked for together. */
const login = { 'x-way': 'User name and password' }

/** The secrets by which web sites recognize their readers. */
export const siteSecrets = z.strictObject({
  username: z.string().min(1).max(500).optional().describe('For HTTP basic authentication, with password.').meta(login),
  password: z.string().max(2_000).optional().describe('For HTTP basic authentication, with username.').meta(login),
  bearerToken: z
    .string()
    .min(1)
    .max(8_192)
    .refine(isHeaderValue, 'holds line breaks or other characters that cannot be sent')
    .optional()
    .describe('Sent as Authorization: Bearer.')
    .meta({ 'x-way': 'Bearer token' }),
  cookie: z.string().min(1).max(8_192).optional().describe('The Cookie header, e.g. that of a session.').meta({ 'x-way': 'Cookie' }),
  headers: z
    .record(z.string().max(100), z.string().max(8_192))
    .optional()
    .describe('Further secret request headers, e.g. X-Api-Key.')
    .meta({ 'x-way': 'Secret headers' }),
})

export type SiteSecrets = z.infer<typeof siteSecrets>

/** Request headers that are not secret. */
export const siteHeaders = z
  .record(z.string().max(100), z.string().max(2_000))
  .default({})
  .describe('Further request headers that are not secret, e.g. Accept-Language.')

/** Headers that the connectors set themselves. */
const RESERVED = new Set(['accept-encoding', 'if-none-match', 'if-modified-since'])
const SECRET_NAME = /auth|cookie|token|secret|key|password|credential/i

/** Checks what the schemas cannot express. Throws VALIDATION_FAILED with the field. */
export const checkSiteAccess = (headers: Readonly<Record<string, string>>, secrets: SiteSecrets): void => {
  for (const [name, value] of Object.entries(headers)) {
    checkOwn(name, value, `config.headers.${name}`)
    if (SECRET_NAME.test(name)) throw invalid(`the header ${name} looks secret`, `config.headers.${name}`, 'Put it into the secrets of the source.')
  }
  for (const [name, value] of Object.entries(secrets.headers ?? {})) checkOwn(name, value, `secrets.headers.${name}`)
  if (secrets.cookie !== undefined) checkHeader('cookie', secrets.cookie, 'secrets.cookie')
  if (secrets.bearerToken !== undefined) checkHeader('authorization', secrets.bearerToken, 'secrets.bearerToken')
  if (secrets.password !== undefined && secrets.username === undefined)
    throw invalid('a password without a user name', 'secrets.username', 'Set both.')
  if (secrets.username?.includes(':') === true)
    throw invalid('a user name with a colon', 'secrets.username', 'HTTP basic authentication has no such names.')
  if (secrets.username !== undefined && secrets.bearerToken !== undefined)
    throw invalid('both a user name and a bearer token', 'secrets.bearerToken', 'Set one of them.')
}

/** Returns the request headers that contain secrets, by lower-case name: only for the sites that the source names. */
export const toSecretHeaders = (secrets: SiteSecrets): Record<string, string> => {
  const headers = toLowerCase(secrets.headers ?? {})
  if (secrets.cookie !== undefined) headers['cookie'] = secrets.cookie
  if (secrets.bearerToken !== undefined) headers['authorization'] = `Bearer ${secrets.bearerToken}`
  else if (secrets.username !== undefined)
    headers['authorization'] = `Basic ${Buffer.from(`${secrets.username}:${secrets.password ?? ''}`).toString('base64')}`
  return headers
}

export const toLowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const checkOwn = (name: string, value: string, field: string): void => {
  checkHeader(name, value, field)
  if (RESERVED.has(name.toLowerCase())) throw invalid(`the header ${name} is set by the connector itself`, field, 'Leave it out.')
}

const invalid = (message: string, field: string, next: string): Failure => new Failure('VALIDATION_FAILED', message, { field, next })
