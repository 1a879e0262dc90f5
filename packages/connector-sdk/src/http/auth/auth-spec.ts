import { z } from 'zod'
import { isHeaderValue } from '../check-header.js'

const header = z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, 'must be the name of an HTTP header')
const tokenEndpoint = {
  tokenUrl: z.string().min(1).max(8_192).describe('Address of the token endpoint'),
  clientId: z.string().min(1).max(500).describe('Client id as registered with the authorization server'),
  clientAuth: z.enum(['basic', 'post']).default('basic').describe('How the client proves itself: HTTP Basic, or id and secret in the form'),
  scope: z.string().max(2_000).optional().describe('Scopes to ask for, separated by blanks'),
  params: z.record(z.string().max(100), z.string().max(2_000)).optional().describe('Further form fields, e.g. audience or resource'),
}
const PLACEHOLDER = /\{(\w+)\}/g
/** The placeholders an HMAC template may contain. */
export const HMAC_PLACEHOLDERS = ['method', 'host', 'path', 'query', 'pathWithQuery', 'timestamp', 'body', 'bodySha256'] as const

/** How requests authenticate. Secrets are separate: see {@link authSecretsSchema}. */
export const authSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none').describe('No credentials') }),
  z.strictObject({
    kind: z.literal('apiKey').describe('A key in a header or the query'),
    in: z.enum(['header', 'query']).default('header').describe('Where the key goes'),
    name: z.string().min(1).max(100).default('X-Api-Key').describe('Name of the header or query parameter'),
    prefix: z.string().max(50).default('').describe('Text before the key, e.g. "Token "'),
  }),
  z.strictObject({ kind: z.literal('basic').describe('User name and password') }),
  z.strictObject({ kind: z.literal('bearer').describe('A fixed token') }),
  z.strictObject({ kind: z.literal('oauth2ClientCredentials').describe('OAuth 2 client credentials'), ...tokenEndpoint }),
  z.strictObject({
    kind: z.literal('oauth2RefreshToken').describe('OAuth 2 refresh token'),
    ...tokenEndpoint,
    clientId: tokenEndpoint.clientId.optional(),
  }),
  z.strictObject({
    kind: z.literal('hmac').describe('Every request is signed'),
    header: header.default('X-Signature').describe('Header that carries the signature'),
    algorithm: z.enum(['sha256', 'sha512']).default('sha256').describe('Hash of the HMAC'),
    encoding: z.enum(['hex', 'base64']).default('hex').describe('How the signature is written'),
    prefix: z.string().max(50).default('').describe('Text before the signature, e.g. "sha256="'),
    template: z
      .string()
      .min(1)
      .max(500)
      .default('{method}\n{path}\n{timestamp}\n{body}')
      .refine((text) => unknownPlaceholders(text).length === 0, { error: `may hold only ${HMAC_PLACEHOLDERS.map((name) => `{${name}}`).join(' ')}` })
      .describe('What is signed'),
    timestampHeader: header.default('X-Timestamp').describe('Header that carries the time'),
    timestampFormat: z.enum(['epochSeconds', 'epochMillis', 'iso']).default('epochSeconds').describe('How the time is written'),
    keyIdHeader: header.optional().describe('Header that names the key, if any'),
    keyId: z.string().max(500).optional().describe('Name of the key'),
  }),
])
export type AuthSpec = z.output<typeof authSchema>

const secret = z.string().min(1).max(16_384)
/** Checked even where nothing says yet how it will be sent, as in a shared credential. */
const sent = secret.refine(isHeaderValue, 'holds line breaks or other characters that cannot be sent')
/** For forms: the auth kinds that need the secret. */
const when = (...is: readonly string[]) => ({ 'x-when': { setting: 'auth.kind', is } })
/** The secrets of every kind of auth; {@link REQUIRED_SECRETS} lists which kind needs which. */
export const authSecretsSchema = z.strictObject({
  apiKey: sent.optional().describe('Key for auth kind apiKey').meta(when('apiKey')),
  username: secret.optional().describe('User name for auth kind basic').meta(when('basic')),
  password: z.string().max(16_384).optional().describe('Password for auth kind basic; may be empty').meta(when('basic')),
  token: sent.optional().describe('Token for auth kind bearer').meta(when('bearer')),
  clientSecret: secret.optional().describe('Client secret for the oauth2 kinds').meta(when('oauth2ClientCredentials', 'oauth2RefreshToken')),
  refreshToken: secret.optional().describe('Refresh token for auth kind oauth2RefreshToken').meta(when('oauth2RefreshToken')),
  hmacSecret: secret.optional().describe('Signing key for auth kind hmac').meta(when('hmac')),
})
export type AuthSecrets = z.output<typeof authSecretsSchema>

/** The secrets that each kind of auth requires. */
export const REQUIRED_SECRETS: Readonly<Record<AuthSpec['kind'], readonly (keyof AuthSecrets)[]>> = {
  none: [],
  apiKey: ['apiKey'],
  basic: ['username'],
  bearer: ['token'],
  oauth2ClientCredentials: ['clientSecret'],
  oauth2RefreshToken: ['refreshToken'],
  hmac: ['hmacSecret'],
}

const unknownPlaceholders = (template: string): readonly string[] =>
  [...template.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '').filter((name) => !HMAC_PLACEHOLDERS.some((known) => known === name))
