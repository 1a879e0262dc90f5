import type { Connector } from '@inlet/connector-sdk'
import { type DefinitionChange, durationSeconds, type PlannedSource, type SourceDefinition, toDuration } from '@inlet/contract'
import type { SharedCredential, StoredDefinition } from '@inlet/db'
import { canonicalJson, Failure, nameKey, parseSourceName, REASONS } from '@inlet/domain'
import { matchesFingerprint } from '@inlet/security'
import { type Asker, chooseCredential, guardTargets } from '../credentials/credential-access.js'
import { InvalidRequest } from '../http/failures.js'
import { getConnector } from '../source-access/lookup.js'
import { checkMappingForm, checkSettingsForm, toSchedule } from '../source-access/settings-form.js'
import type { SourceDeps } from '../source-access/source-deps.js'

type Tree = Readonly<Record<string, unknown>>

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

const same = (a: unknown, b: unknown): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null)

/** Returns what differs, by path: objects are compared member by member, lists and everything else as a whole. Null and absent are equal. */
const diffDefinition = (before: Tree, after: Tree, path: readonly string[] = []): readonly DefinitionChange[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    const [left, right] = [before[name], after[name]]
    if (same(left, right)) return []
    const here = [...path, name]
    if (isTree(left) && isTree(right)) return diffDefinition(left, right, here)
    return [{ path: here.join('.'), ...(left == null ? {} : { before: left }), ...(right == null ? {} : { after: right }) }]
  })

interface PlanContext {
  readonly stored: StoredDefinition | undefined
  /** The slug of the source that holds each name. */
  readonly nameHolders: ReadonlyMap<string, string>
  readonly owner: string | undefined
  readonly resendSecrets: boolean
  readonly asker: Asker
}

/** Plans what applying one definition would do; validated like a registration if it changes anything. */
export const planSource = async (deps: SourceDeps, given: SourceDefinition, context: PlanContext): Promise<PlannedSource> => {
  const { stored } = context
  const base = { slug: given.slug, id: stored?.id ?? null, revision: stored?.revision ?? null }
  try {
    const connector = getConnector(deps, given.connector)
    const shared = await chooseCredential(deps, connector, given)
    // Compared by its name, even if it is given by its id.
    const named = shared === null ? given : { ...given, credential: shared.name }
    const changes = stored === undefined ? [] : changesOf(deps, named, { ...context, stored })
    if (stored !== undefined && changes.length === 0) return { ...base, action: 'unchanged', changes: [], failure: null }
    await checkDefinition(deps, given, { ...context, connector, shared })
    const resent = await secretsNeeded(deps, given, { ...context, connector, shared })
    const resend = resent && !changes.some(({ path }) => path === 'secrets') ? [{ path: 'secrets' }] : []
    return { ...base, action: stored === undefined ? 'create' : 'update', changes: [...changes, ...resend], failure: null }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { ...base, action: 'refused', changes: [], failure: toView(error) }
  }
}

const changesOf = (deps: SourceDeps, given: SourceDefinition, context: PlanContext & { readonly stored: StoredDefinition }) => {
  const { stored, owner } = context
  const changesOwner = owner !== undefined && owner !== stored.managedBy
  return [
    ...diffDefinition(toDefinition(stored), normalDefinition(given, stored)),
    ...(secretsChanged(deps, given, context) ? [{ path: 'secrets' }] : []),
    ...(changesOwner ? [{ path: 'managedBy', ...(stored.managedBy === null ? {} : { before: stored.managedBy }), after: owner }] : []),
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
  // A fingerprint alone would not reveal that the secrets themselves are gone.
  if (names.join('\0') !== [...stored.secretFields].sort().join('\0')) return true
  return !matchesFingerprint(deps.keyring, stored.id, { secrets, stored: stored.secretsFingerprint })
}

interface CheckContext extends PlanContext {
  readonly connector: Connector
  readonly shared: SharedCredential | null
}

const checkDefinition = async (deps: SourceDeps, given: SourceDefinition, context: CheckContext): Promise<void> => {
  const { stored, nameHolders, connector, shared } = context
  const name = parseSourceName(given.name)
  const holder = nameHolders.get(nameKey(name))
  if (holder !== undefined && holder !== given.slug) throw new Failure('NAME_TAKEN', `the source ${holder} has this name`, { field: 'name' })
  if (stored !== undefined && stored.connector !== given.connector)
    throw new Failure('VALIDATION_FAILED', `the connector of a source cannot change (it is ${stored.connector})`, {
      field: 'connector',
      next: 'Give the definition another slug, or delete the source with its records first.',
    })
  toSchedule(given.schedule)
  const keptSecrets = shared === null ? (stored?.secretFields ?? []) : Object.keys(shared.fields)
  const secrets = given.secrets ?? (stored === undefined && shared === null ? {} : undefined)
  await checkSettingsForm(deps, connector, { config: given.config, secrets, keptSecrets })
  checkMappingForm(given.mapping)
}

/**
 * Whether the secrets of the definition must be sent again, although they equal the stored ones, because the settings now lead elsewhere. Throws
 * SECRET_TARGET_REFUSED if the definition has none and the caller may not omit them.
 */
const secretsNeeded = async (deps: SourceDeps, given: SourceDefinition, { stored, connector, shared, asker }: CheckContext): Promise<boolean> => {
  const of = shared !== null ? { credentialId: shared.id } : stored === undefined ? null : { sourceId: stored.id }
  if (of === null) return false
  const use = { connector, config: given.config, of }
  if (given.secrets === undefined) {
    await guardTargets(deps, use, asker)
    return false
  }
  return guardTargets(deps, use, { actor: asker.actor, principal: null }).then(({ targets }) => targets.length > 0)
}

const toView = (error: Failure): NonNullable<PlannedSource['failure']> => ({
  reason: error.reason,
  message: error.message,
  next: error.next ?? REASONS[error.reason].next,
  ...(error.field === undefined ? {} : { field: error.field }),
  ...(error instanceof InvalidRequest ? { errors: [...error.errors] } : {}),
})

/** Returns a stored source in the form of a file; defaults are left out. */
export const toDefinition = (stored: StoredDefinition): Readonly<Record<string, unknown>> => {
  const { freshWithinSeconds, language, mapping, credential, schedule } = stored
  return {
    slug: stored.slug,
    name: stored.name,
    connector: stored.connector,
    ...(credential === null ? {} : { credential }),
    config: stored.config,
    ...(mapping === null ? {} : { mapping }),
    ...(schedule === null ? {} : { schedule }),
    ...(Object.keys(stored.labels).length === 0 ? {} : { labels: stored.labels }),
    ...(freshWithinSeconds === null ? {} : { freshWithin: toDuration(freshWithinSeconds) }),
    ...(language === null ? {} : { language }),
    ...(stored.status === 'PAUSED' ? { paused: true } : {}),
  }
}

/** Returns a given definition in the same form, without defaults and secrets. */
const normalDefinition = (given: SourceDefinition, stored: StoredDefinition | undefined): Readonly<Record<string, unknown>> => {
  const { secrets: _, paused, ...rest } = given
  // A file that does not mention `paused` leaves it unchanged.
  const isPaused = paused ?? stored?.status === 'PAUSED'
  return {
    ...rest,
    ...(given.freshWithin == null ? {} : { freshWithin: toDuration(durationSeconds(given.freshWithin) ?? 1) }),
    ...(given.language === 'auto' ? { language: undefined } : {}),
    ...(given.labels === undefined || Object.keys(given.labels).length > 0 ? {} : { labels: undefined }),
    ...(isPaused ? { paused: true } : {}),
  }
}
