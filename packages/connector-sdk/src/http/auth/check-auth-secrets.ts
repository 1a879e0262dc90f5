import { Failure } from '@inlet/domain'
import { type AuthSecrets, type AuthSpec, REQUIRED_SECRETS } from './auth-spec.js'

/** The secret of that name. Throws VALIDATION_FAILED, naming the field, when it is missing. */
export const needSecret = (spec: AuthSpec, secrets: AuthSecrets, name: keyof AuthSecrets): string => {
  const value = secrets[name]
  if (value !== undefined) return value
  throw new Failure('VALIDATION_FAILED', `auth kind ${spec.kind} needs the secret ${name}`, {
    field: `secrets.${name}`,
    next: `Set secrets.${name}, or choose another auth kind.`,
  })
}

/** Checks that all secrets which the kind of auth needs are there. Throws like {@link needSecret}. */
export const checkAuthSecrets = (spec: AuthSpec, secrets: AuthSecrets): void => {
  for (const name of REQUIRED_SECRETS[spec.kind]) needSecret(spec, secrets, name)
}
