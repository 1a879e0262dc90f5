import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

export const MASTER_KEY_BYTES = 32
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/u

export interface MasterKey {
  /** Stored in clear next to everything the key seals: 1 to 32 letters, digits, _ or -. */
  readonly id: string
  /** 32 random bytes. */
  readonly key: Uint8Array
}

/** A keyring that cannot be built. The message names ids and sizes, never key material. */
export class KeyringError extends Error {
  override readonly name = 'KeyringError'
}

/** The configured master keys: the primary seals, and whichever key sealed a text opens it. */
export interface Keyring {
  readonly primaryId: string
  readonly ids: readonly string[]
  /** Encrypts data keys; undefined for an id that is not configured. */
  wrapping(id: string): KeyObject | undefined
  /** Hashes API keys (HKDF-SHA-256 of the master key, RFC 5869); undefined for an id that is not configured. */
  pepper(id: string): KeyObject | undefined
}

const derive = (key: Uint8Array, purpose: string): KeyObject => {
  const bytes = Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), `inlet ${purpose}`, MASTER_KEY_BYTES))
  return createSecretKey(bytes)
}

/** Validates the keys and derives one key per purpose. Throws `KeyringError`. The key material it holds is hidden from serializers. */
export const createKeyring = ({ keys, primary }: { readonly keys: readonly MasterKey[]; readonly primary: string }): Keyring => {
  const wrapping = new Map<string, KeyObject>()
  const peppers = new Map<string, KeyObject>()
  for (const { id, key } of keys) {
    if (!KEY_ID.test(id)) throw new KeyringError('an id of a key has 1 to 32 letters, digits, _ or -')
    if (wrapping.has(id)) throw new KeyringError(`key ${id} is listed twice`)
    if (key.byteLength !== MASTER_KEY_BYTES) throw new KeyringError(`key ${id} has ${key.byteLength} bytes instead of ${MASTER_KEY_BYTES}`)
    wrapping.set(id, derive(key, 'data key wrapping'))
    peppers.set(id, derive(key, 'api key pepper'))
  }
  if (!wrapping.has(primary)) throw new KeyringError(`the primary key ${KEY_ID.test(primary) ? primary : ''} is not among the keys`)
  return { primaryId: primary, ids: [...wrapping.keys()], wrapping: (id) => wrapping.get(id), pepper: (id) => peppers.get(id) }
}
