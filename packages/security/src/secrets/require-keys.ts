import { Failure } from '@inlet/domain'
import { EnvError } from '@inlet/runtime'
import type { Keyring } from '../keyring/keyring.js'
import { checkCanary, sealCanary } from './canary.js'

/** The setting of an installation that holds its canary. */
export const CANARY_SETTING = 'encryption_canary'

/**
 * Makes sure that the configured keys are those of this installation, before anything else starts.
 * `claim` writes a setting unless it is there, and answers the one that holds. Throws `EnvError` (exit 78): starting again would not help.
 */
export const requireKeys = async (keyring: Keyring, claim: (key: string, value: string) => Promise<unknown>): Promise<void> => {
  const stored = String(await claim(CANARY_SETTING, sealCanary(keyring)))
  try {
    checkCanary(keyring, stored)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new EnvError([{ key: 'INLET_ENCRYPTION_KEYS', rule: `${error.message}. ${error.next}` }])
  }
}
