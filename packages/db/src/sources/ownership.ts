/** What concerns files; absent members stay. */
export interface Ownership {
  /** Who keeps the source in files; null: nobody. */
  readonly managedBy?: string | null | undefined
  /** Keyed hash of the secrets as they were given; null: it has none. */
  readonly secretsFingerprint?: string | null | undefined
}

/** The columns to write with the change that brings them; those that stay are left out. */
export const ownershipColumns = ({ managedBy, secretsFingerprint }: Ownership) => ({
  ...(managedBy !== undefined && { managedBy }),
  ...(secretsFingerprint !== undefined && { secretsFingerprint }),
})
