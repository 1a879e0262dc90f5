import type { Connector } from '@inlet/connector-sdk'
import { type Database, findHook, type Hook } from '@inlet/db'
import { requireSecretTargets, secretTargetsOf } from '@inlet/domain'
import type { SecretRegistry } from '@inlet/observability'
import { type Keyring, openSecrets } from '@inlet/security'

/** A source that accepts events, with what is needed to verify them. */
export interface OpenHook {
  readonly hook: Hook
  readonly receive: NonNullable<Connector['receive']>
  readonly config: unknown
  /** Decrypted: see docs/adr/0010. */
  readonly secrets: unknown
}

/** The sources that accept events. Caches what it opened for a short time, and checks with the store whether it is still valid. */
export interface OpenHooks {
  /** Finds a source by id or slug; null when there is none, or it does not accept events. */
  find(ref: string): Promise<OpenHook | null>
  /** Forgets all secrets. */
  close(): void
}

interface OpenHooksDeps {
  readonly database: Database
  readonly keyring: Keyring
  readonly findConnector: (type: string) => Connector | undefined
  /** Removes secrets from the log. */
  readonly secrets: Pick<SecretRegistry, 'add'>
  /** Monotonic, in ms. */
  readonly now: () => number
}

interface Entry {
  readonly askedAt: number
  readonly found: Promise<OpenHook | null>
}

/** A change of a source takes effect after this long at the latest. */
const FRESH_MS = 1_000
/** Secrets of a source that receives nothing are forgotten after this time. */
const FORGET_MS = 60_000
const MAX_ENTRIES = 10_000

export const createOpenHooks = (deps: OpenHooksDeps): OpenHooks => {
  const entries = new Map<string, Entry>()

  const sweep = setInterval(() => {
    for (const [ref, { askedAt }] of entries) if (deps.now() - askedAt > FORGET_MS) entries.delete(ref)
  }, FORGET_MS / 2)
  sweep.unref()

  const ask = async (ref: string, before: Entry | undefined): Promise<OpenHook | null> => {
    const hook = await findHook(deps.database, ref)
    if (hook === null) return null
    const known = await before?.found.catch(() => null)
    return known !== null && known !== undefined && sameSettings(known.hook, hook) ? { ...known, hook } : open(deps, hook)
  }

  return {
    find(ref) {
      const present = entries.get(ref)
      if (present !== undefined && deps.now() - present.askedAt < FRESH_MS) return present.found
      if (present === undefined && entries.size >= MAX_ENTRIES) entries.clear()
      const found = ask(ref, present)
      entries.set(ref, { askedAt: deps.now(), found })
      // A failure is not cached: the next request tries again.
      found.catch(() => {
        if (entries.get(ref)?.found === found) entries.delete(ref)
      })
      return found
    },
    close() {
      clearInterval(sweep)
      entries.clear()
    },
  }
}

const sameSettings = (a: Hook, b: Hook): boolean =>
  a.sourceId === b.sourceId &&
  a.versionId === b.versionId &&
  a.credential?.id === b.credential?.id &&
  a.credential?.place.version === b.credential?.place.version

const open = ({ keyring, findConnector, secrets: registry }: OpenHooksDeps, hook: Hook): OpenHook | null => {
  const connector = findConnector(hook.connector)
  if (connector?.receive === undefined) return null
  const { credential } = hook
  // No setting of a webhook leads anywhere; with a connector from a package that may be different.
  if (credential?.targets != null) requireSecretTargets(secretTargetsOf(connector, hook.config), credential.targets)
  const opened = credential === null ? {} : openSecrets(keyring, credential.place, credential.sealed)
  const secrets = connector.secretSchema.parse(opened)
  registry.add(secrets, FORGET_MS * 2)
  return { hook, receive: connector.receive.bind(connector), config: connector.configSchema.parse(hook.config), secrets }
}
