import { type Database, listPlainTargets, sealTargetUrl } from '@inlet/db'
import { maskUrl } from '@inlet/domain'
import { type Keyring, openSecrets, sealSecrets } from '@inlet/security'

/** Seals the URLs of targets that were stored before URLs were: who knows one may post there. */
export const sealUrls = async ({ database, keyring }: { readonly database: Database; readonly keyring: Keyring }): Promise<void> => {
  for (const target of await listPlainTargets(database)) {
    const place = { ownerId: target.id, version: target.version }
    const sealed = sealSecrets(keyring, place, { ...openSecrets(keyring, place, target.sealed), url: target.url })
    await sealTargetUrl(database, target, { sealed, url: maskUrl(target.url) })
  }
}
