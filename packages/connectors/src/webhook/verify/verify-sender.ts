import { Failure, type PushedRequest } from '@inlet/connector-sdk'
import { toMoment } from '../body/to-moment.js'
import type { SignatureSpec, WebhookConfig, WebhookSecrets } from '../config.js'
import { decodeSignatures, isOneOf, isSigned } from './compare.js'

type Request = PushedRequest<WebhookConfig, WebhookSecrets>
type Verify<S extends SignatureSpec['scheme']> = (request: Request, spec: Extract<SignatureSpec, { scheme: S }>) => void

/** Throws SIGNATURE_INVALID unless the request proves that its sender has one of the secrets. */
export const verifySender = (request: Request): void => {
  const { signature } = request.config
  // Each scheme gets its own settings; the index type cannot express that.
  const verify = VERIFY[signature.scheme] as (request: Request, spec: SignatureSpec) => void
  verify(request, signature)
}

/** https://www.standardwebhooks.com: "v1,<base64>", several separated by spaces, over id.timestamp.body. */
const verifyStandard: Verify<'standard'> = (request) => {
  // Svix and what is built on it (Clerk, Resend …) sign the same way under header names of their own.
  const names = request.headers['webhook-signature'] === undefined && request.headers['svix-signature'] !== undefined ? 'svix' : 'webhook'
  const id = header(request, `${names}-id`)
  const timestamp = header(request, `${names}-timestamp`)
  const given = header(request, `${names}-signature`)
    .split(' ')
    .flatMap((part) => (part.startsWith('v1,') ? [part.slice(3)] : []))
  const keys = secretsOf(request).map(standardKey)
  expectSigned(isSigned([`${id}.${timestamp}.`, request.body], keys, decodeSignatures(given, 'base64')))
  checkTimestamp(timestamp, request.now, request.config.toleranceSeconds)
}

/** https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries; GitHub signs no time. */
const verifyGithub: Verify<'github'> = (request) => {
  const given = afterPrefix([header(request, 'x-hub-signature-256')], 'sha256=')
  expectSigned(isSigned([request.body], secretsOf(request), decodeSignatures(given, 'hex')))
}

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
const verifySlack: Verify<'slack'> = (request) => {
  const timestamp = header(request, 'x-slack-request-timestamp')
  const given = afterPrefix([header(request, 'x-slack-signature')], 'v0=')
  expectSigned(isSigned([`v0:${timestamp}:`, request.body], secretsOf(request), decodeSignatures(given, 'hex')))
  checkTimestamp(timestamp, request.now, request.config.toleranceSeconds)
}

/** https://docs.stripe.com/webhooks#verify-manually: "t=…,v1=…,v1=…" */
const verifyStripe: Verify<'stripe'> = (request) => {
  const parts = header(request, 'stripe-signature')
    .split(',')
    .map((part) => part.trim())
  const [timestamp = ''] = afterPrefix(parts, 't=')
  expectSigned(isSigned([`${timestamp}.`, request.body], secretsOf(request), decodeSignatures(afterPrefix(parts, 'v1='), 'hex')))
  checkTimestamp(timestamp, request.now, request.config.toleranceSeconds)
}

const verifyHmac: Verify<'hmac'> = (request, spec) => {
  const values = { timestamp: '', id: '' }
  if (spec.timestampHeader !== undefined) values.timestamp = header(request, spec.timestampHeader)
  if (spec.idHeader !== undefined && spec.template.includes('{id}')) values.id = header(request, spec.idHeader)
  const given = afterPrefix(
    header(request, spec.header)
      .split(',')
      .map((part) => part.trim()),
    spec.prefix,
  )
  const signed = spec.template
    .split(/(\{timestamp\}|\{id\}|\{body\})/)
    .map((part) => (part === '{body}' ? request.body : part === '{timestamp}' ? values.timestamp : part === '{id}' ? values.id : part))
  expectSigned(isSigned(signed, secretsOf(request), decodeSignatures(given, spec.encoding), spec.algorithm))
  if (spec.timestampHeader !== undefined) checkTimestamp(values.timestamp, request.now, request.config.toleranceSeconds)
}

const verifyToken: Verify<'token'> = (request, spec) => {
  const [given] = afterPrefix([header(request, spec.header)], spec.prefix)
  if (given === undefined || !isOneOf(given, secretsOf(request))) throw refused('the token is not the one of this source')
}

/** RFC 7617. */
const verifyBasic: Verify<'basic'> = (request) => {
  const [encoded = ''] = afterPrefix([header(request, 'authorization')], 'Basic ')
  const expected = secretsOf(request).map((password) => `${request.secrets.username ?? ''}:${password}`)
  if (!isOneOf(Buffer.from(encoded, 'base64').toString('utf8'), expected)) throw refused('user name or password are not those of this source')
}

const VERIFY: { readonly [S in SignatureSpec['scheme']]: Verify<S> } = {
  standard: verifyStandard,
  github: verifyGithub,
  slack: verifySlack,
  stripe: verifyStripe,
  hmac: verifyHmac,
  token: verifyToken,
  basic: verifyBasic,
}

const secretsOf = ({ secrets }: Request): readonly string[] =>
  secrets.previousSigningSecret === undefined ? [secrets.signingSecret] : [secrets.signingSecret, secrets.previousSigningSecret]

const header = (request: Request, name: string): string => {
  const value = request.headers[name.toLowerCase()]
  if (value === undefined || value === '') throw refused(`the header ${name} is missing`)
  return value
}

/** Returns the text after the prefix, for texts that have it in any case: HTTP schemes such as Bearer are case-insensitive. */
const afterPrefix = (texts: readonly string[], prefix: string): readonly string[] =>
  texts.filter((text) => text.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase()).map((text) => text.slice(prefix.length))

const expectSigned = (signed: boolean): void => {
  if (!signed) throw refused('the signature does not fit the body and the secret')
}

/** Throws unless the time of signing is within the tolerance of now, in the past or the future. */
const checkTimestamp = (text: string, now: Date, toleranceSeconds: number): void => {
  const signedAt = toMoment(text)
  if (signedAt === null) throw refused('the time of signing is missing or not a time')
  const offSeconds = Math.abs(now.getTime() - signedAt.getTime()) / 1_000
  if (offSeconds > toleranceSeconds) throw refused(`the time of signing is ${Math.round(offSeconds)} s off, more than ${toleranceSeconds} s`)
}

/** The sender is not, or not provably, the right one. The message is for the operator's log; the sender learns nothing more. */
export const refused = (message: string): Failure => new Failure('SIGNATURE_INVALID', message)

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

export const isBase64 = (text: string): boolean => text !== '' && BASE64.test(text)

/** Returns a Standard Webhooks key: base64 after `whsec_` or alone; other text is used as it is. */
const standardKey = (secret: string): Buffer => {
  const bare = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret
  return isBase64(bare) ? Buffer.from(bare, 'base64') : Buffer.from(secret)
}
