import type { CredentialDetailView, CredentialView } from '@inlet/contract'
import type { CredentialUser, SharedCredential } from '@inlet/db'
import { toSecretStates } from '../sources/to-secret-states.js'

/** A shared credential as lists show it, without its secrets. */
export const toCredentialView = (credential: SharedCredential): CredentialView => ({
  id: credential.id,
  name: credential.name,
  connector: credential.connector,
  secrets: toSecretStates(credential.fields),
  usedBy: credential.usedBy,
  createdAt: credential.createdAt.toISOString(),
  updatedAt: credential.updatedAt.toISOString(),
})

export const toCredentialDetail = (credential: SharedCredential, users: readonly CredentialUser[]): CredentialDetailView => ({
  ...toCredentialView(credential),
  usedBy: users.length,
  sources: users.map(({ id, slug, name, status }) => ({ id, slug, name, status })),
})
