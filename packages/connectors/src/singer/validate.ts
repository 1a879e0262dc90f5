import { Failure } from '@inlet/connector-sdk'
import type { SingerConfig } from './config.js'

const SECRET = /passw(or)?d|passphrase|secret|token|apikey|accesskey|privatekey|credential|connectionstring|bearer/
/** Settings whose names suggest a secret although they are none, e.g. token_url or password_expiry. */
const ABOUT = /(url|uri|path|file|type|expiry|expires(in|at)?|id|name|scope)$/

/** Refuses what looks like a secret among the settings. Throws VALIDATION_FAILED with the field. */
export const validateSinger = ({ settings }: SingerConfig): void => refuseSecrets(settings, 'config.settings', 0)

const refuseSecrets = (value: unknown, field: string, depth: number): void => {
  if (typeof value !== 'object' || value === null || depth > 20) return
  for (const [name, member] of Object.entries(value)) {
    const place = `${field}.${name}`
    const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
    if (typeof member === 'string' && member !== '' && SECRET.test(plain) && !ABOUT.test(plain)) {
      throw new Failure('VALIDATION_FAILED', `${place} looks like a secret: put it under secrets.settings`, { field: place })
    }
    refuseSecrets(member, place, depth + 1)
  }
}
