import { z } from 'zod'

const base64 = z.base64()

/** How the secrets of a credential are stored: one ciphertext per field, under a data key that the master key `keyId` wraps. */
export const sealedSecretsSchema = z.strictObject({
  v: z.literal(1),
  keyId: z.string(),
  dataKey: base64,
  fields: z.record(z.string(), base64),
})

export type SealedSecrets = z.output<typeof sealedSecretsSchema>

/** The row a sealed text belongs to; the ciphertext opens nowhere else. */
export interface SecretPlace {
  /** The source, shared credential or call whose secrets these are. */
  readonly ownerId: string
  /** The version of the credential; 0 for a call. */
  readonly version: number
}
