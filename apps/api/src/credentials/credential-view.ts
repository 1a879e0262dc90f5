import type { CredentialDetailView, CredentialView } from '@inlet/contract'
import type { CredentialUser, SharedCredential } from '@inlet/db'
import { toSecretStates } from '../source-access/source-view.js'

/** A shared credential as lists show it, without its secrets. */
export const toCredentialView = (credential: SharedCredential, targets: readonly string[]): CredentialView => ({
  id: credential.id,
  name: credential.name,
  connector: credential.connector,
  secrets: toSecretStates(credential.fields),
  targets: [...targets],
  usedBy: credential.usedBy,
  createdAt: credential.createdAt.toISOString(),
  updatedAt: credential.updatedAt.toISOString(),
})

export const toCredentialDetail = (
  credential: SharedCredential,
  users: readonly CredentialUser[],
  targets: readonly string[],
): CredentialDetailView => ({
  ...toCredentialView(credential, targets),
  usedBy: users.length,
  sources: users.map(({ id, slug, name, status }) => ({ id, slug, name, status })),
})
