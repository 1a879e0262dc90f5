import type { ClaimedSink } from '@inlet/db'
import type { SecretRegistry } from '@inlet/observability'
import { type Keyring, openSecrets } from '@inlet/security'

export interface OpenSinkDeps {
  readonly keyring: Keyring
  readonly secrets: Pick<SecretRegistry, 'add'>
}

const REDACT_MS = 600_000

/** Decrypts the address of a sink and the secrets its messages are signed with, current one first; both are registered for redaction in the log. */
export const openSink = (
  { keyring, secrets }: OpenSinkDeps,
  sink: Pick<ClaimedSink, 'id' | 'version' | 'sealed' | 'signsPrevious'>,
): { readonly url: string; readonly secrets: readonly string[] } => {
  const opened = openSecrets(keyring, { ownerId: sink.id, version: sink.version }, sink.sealed)
  secrets.add(opened, REDACT_MS)
  const keys = [opened['secret'], sink.signsPrevious ? opened['previous'] : undefined]
  return { url: String(opened['url']), secrets: keys.filter((key) => typeof key === 'string') }
}
