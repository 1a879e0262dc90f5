import { Failure } from '@inlet/domain'
import { checkHeaderName, checkHeaderValue } from '../check-header.js'
import { type AuthSecrets, type AuthSpec, REQUIRED_SECRETS } from './auth-spec.js'

/** Returns the secret of that name. Throws VALIDATION_FAILED, naming the field, when it is missing. */
export const needSecret = (spec: AuthSpec, secrets: AuthSecrets, name: keyof AuthSecrets): string => {
  const value = secrets[name]
  if (value !== undefined) return value
  throw new Failure('VALIDATION_FAILED', `auth kind ${spec.kind} needs the secret ${name}`, {
    field: `secrets.${name}`,
    next: `Set secrets.${name}, or choose another auth kind.`,
  })
}

/**
 * Checks that every secret the kind of auth needs is present, and that whatever goes into headers can
 * be sent. Throws what {@link needSecret} and `checkHeader` throw.
 */
export const checkAuthSecrets = (spec: AuthSpec, secrets: AuthSecrets): void => {
  for (const name of REQUIRED_SECRETS[spec.kind]) needSecret(spec, secrets, name)
  checkAuthHeaders(spec, secrets)
}

const checkAuthHeaders = (spec: AuthSpec, secrets: AuthSecrets): void => {
  if (spec.kind === 'apiKey' && spec.in === 'header') {
    checkHeaderName(spec.name, 'config.auth.name')
    checkHeaderValue(spec.prefix, 'config.auth.prefix')
    checkHeaderValue(secrets.apiKey ?? '', 'secrets.apiKey')
  }
  if (spec.kind === 'bearer') checkHeaderValue(secrets.token ?? '', 'secrets.token')
  if (spec.kind !== 'hmac') return
  for (const name of ['header', 'timestampHeader', 'keyIdHeader'] as const) checkHeaderName(spec[name] ?? 'x', `config.auth.${name}`)
  for (const name of ['prefix', 'keyId'] as const) checkHeaderValue(spec[name] ?? '', `config.auth.${name}`)
}
