import type { PlannedSource, SourceDefinition } from '@inlet/contract'
import type { StoredDefinition } from '@inlet/db'
import { Failure, nameKey, parseSourceName, REASONS } from '@inlet/domain'
import { matchesFingerprint } from '@inlet/security'
import { InvalidRequest } from '../http/invalid-request.js'
import { toSchedule } from '../sources/create-source.js'
import { checkSettingsForm, getConnector } from '../sources/parse-settings.js'
import type { SourceDeps } from '../sources/source-deps.js'
import { diffDefinition } from './diff-definition.js'
import { normalDefinition, toDefinition } from './to-definition.js'

export interface PlanContext {
  readonly stored: StoredDefinition | undefined
  /** The slug of the source that holds each name. */
  readonly nameHolders: ReadonlyMap<string, string>
  readonly owner: string | undefined
  readonly resendSecrets: boolean
}

/** What applying one definition would do; checked like a registration where it changes anything. */
export const planSource = async (deps: SourceDeps, given: SourceDefinition, context: PlanContext): Promise<PlannedSource> => {
  const { stored } = context
  const base = { slug: given.slug, id: stored?.id ?? null, revision: stored?.revision ?? null }
  const changes = stored === undefined ? [] : changesOf(deps, given, { ...context, stored })
  if (stored !== undefined && changes.length === 0) return { ...base, action: 'unchanged', changes: [], failure: null }
  try {
    await checkDefinition(deps, given, context)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { ...base, action: 'refused', changes: [], failure: toView(error) }
  }
  return { ...base, action: stored === undefined ? 'create' : 'update', changes, failure: null }
}

const changesOf = (deps: SourceDeps, given: SourceDefinition, context: PlanContext & { readonly stored: StoredDefinition }) => {
  const { stored, owner } = context
  const taken = owner !== undefined && owner !== stored.managedBy
  return [
    ...diffDefinition(toDefinition(stored), normalDefinition(given, stored)),
    ...(secretsChanged(deps, given, context) ? [{ path: 'secrets' }] : []),
    ...(taken ? [{ path: 'managedBy', ...(stored.managedBy === null ? {} : { before: stored.managedBy }), after: owner }] : []),
  ]
}

const secretsChanged = (
  deps: SourceDeps,
  { secrets }: SourceDefinition,
  { stored, resendSecrets }: PlanContext & { readonly stored: StoredDefinition },
): boolean => {
  if (secrets === undefined) return false
  if (resendSecrets && Object.keys(secrets).length > 0) return true
  const names = Object.keys(secrets).sort()
  // A fingerprint alone would not tell that the secrets themselves are gone.
  if (names.join('\0') !== [...stored.secretFields].sort().join('\0')) return true
  return !matchesFingerprint(deps.keyring, stored.id, { secrets, stored: stored.secretsFingerprint })
}

const checkDefinition = async (deps: SourceDeps, given: SourceDefinition, { stored, nameHolders }: PlanContext): Promise<void> => {
  const name = parseSourceName(given.name)
  const holder = nameHolders.get(nameKey(name))
  if (holder !== undefined && holder !== given.slug) throw new Failure('NAME_TAKEN', `the source ${holder} has this name`, { field: 'name' })
  if (stored !== undefined && stored.connector !== given.connector)
    throw new Failure('VALIDATION_FAILED', `the connector of a source cannot change (it is ${stored.connector})`, {
      field: 'connector',
      next: 'Give the definition another slug, or delete the source with its records first.',
    })
  toSchedule(given.schedule)
  const connector = getConnector(deps, given.connector)
  const secrets = given.secrets ?? (stored === undefined ? {} : undefined)
  await checkSettingsForm(deps, connector, { config: given.config, secrets, keptSecrets: stored?.secretFields ?? [] })
}

const toView = (error: Failure): NonNullable<PlannedSource['failure']> => ({
  reason: error.reason,
  message: error.message,
  next: error.next ?? REASONS[error.reason].next,
  ...(error.field === undefined ? {} : { field: error.field }),
  ...(error instanceof InvalidRequest ? { errors: [...error.errors] } : {}),
})
