import { Failure, isUrl, TARGET_RULES, type TargetKind } from '@inlet/domain'
import { createSigningSecret, isSigningSecret } from '@inlet/security'
import { InvalidRequest } from '../http/failures.js'
import type { SourceDeps } from '../source-access/source-deps.js'

export interface GivenTarget {
  readonly kind: TargetKind
  readonly url?: string | undefined
  readonly secret?: string | undefined
  readonly mail?: { readonly username?: string | undefined } | null | undefined
}

const refuse = (path: string, message: string): never => {
  throw new InvalidRequest([{ path, code: 'invalid_value', message }])
}

/** Returns the address of a target, or the default of its kind. Throws what is wrong with it. The worker checks it again when it connects. */
export const requireUrl = async (deps: Pick<SourceDeps, 'guard'>, { kind, url: given }: Pick<GivenTarget, 'kind' | 'url'>): Promise<string> => {
  const url = given ?? TARGET_RULES[kind].url ?? refuse('url', 'is required')
  try {
    await deps.guard.check([kind === 'email' ? toMailServer(url) : { field: 'url', url }])
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new Failure(error.reason, error.message, { field: 'url', next: error.next, cause: error })
  }
  return url
}

const MAIL_PORTS: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 }

const toMailServer = (text: string): { readonly field: string; readonly host: string; readonly port: number } => {
  const url = isUrl(text) ? new URL(text) : null
  const port = url === null ? undefined : Number(url.port) || MAIL_PORTS[url.protocol]
  if (url === null || port === undefined || url.hostname === '')
    throw new Failure('INVALID_URL', 'a mail server is smtp://host:587 or smtps://host:465')
  if (url.username !== '' || url.password !== '')
    throw new Failure('URL_CREDENTIALS_NOT_ALLOWED', 'the address contains credentials', {
      next: 'Put the user into mail.username and the password into secret.',
    })
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') throw new Failure('INVALID_URL', 'a mail server has no path and no query')
  return { field: 'url', host: url.hostname.replace(/^\[|\]$/g, ''), port }
}

/** Returns the secret of a new target: as given, generated, or none. */
export const secretOf = (given: GivenTarget): string | null => {
  checkSecret(given)
  const { secret = null, kind } = given
  return secret ?? (TARGET_RULES[kind].secret === 'signing' ? createSigningSecret() : null)
}

const PRINTABLE = /^[\x20-\x7e]+$/

/** Throws VALIDATION_FAILED for a secret that targets of this kind cannot use, or that is missing. */
const checkSecret = ({ kind, secret, mail }: GivenTarget): void => {
  const { secret: use } = TARGET_RULES[kind]
  if (secret === undefined) {
    if (use === 'routing') refuse('secret', 'is required: the routing key')
    if (use === 'password' && mail?.username !== undefined) refuse('secret', 'is required: the password of mail.username')
    return
  }
  checkNewSecret(kind, secret)
  if (use === 'password' && mail?.username === undefined) refuse('mail.username', 'is required where there is a password')
}

/** Does the same for a secret that replaces another one. */
export const checkNewSecret = (kind: TargetKind, secret: string): void => {
  const { secret: use } = TARGET_RULES[kind]
  if (use === 'none') refuse('secret', `a target of kind ${kind} has no secret besides its address`)
  if (use === 'signing' && !isSigningSecret(secret)) refuse('secret', 'must be whsec_ and the base64 of 24 to 64 bytes')
  if (!PRINTABLE.test(secret)) refuse('secret', 'must be printable ASCII')
}

/** Throws VALIDATION_FAILED if `mail` is missing, or given for another kind. */
export const checkMail = ({ kind, mail }: Pick<GivenTarget, 'kind' | 'mail'>): void => {
  if (kind === 'email' && (mail === undefined || mail === null)) refuse('mail', 'is required: { "from": …, "to": […] }')
  if (kind !== 'email' && mail !== undefined && mail !== null) refuse('mail', `a target of kind ${kind} sends no mail`)
}
