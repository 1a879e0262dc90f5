import { canonicalJson, Failure, type Language, nameKey, nextTick, type Schedule, toLanguage } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import { useSharedCredential, writeSourceSecrets } from '../credentials/stored-credential.js'
import type { Database } from '../database.js'
import { writeEvent } from '../events/write-event.js'
import { type Transaction, toJson } from '../prisma-transaction.js'
import { createRun } from '../runs/create-run.js'
import { requestReindexing } from '../search/reindex-source.js'
import { isUniqueViolation } from '../sql-state.js'
import { accountTicksBefore } from '../ticks/account-ticks.js'
import {
  insertPublished,
  type LockedSource,
  lockSource,
  mayBeRepaired,
  REPAIRED,
  scheduleColumns,
  type VersionContent,
} from '../versions/version-rows.js'
import { type Ownership, ownershipColumns } from './create-source.js'

type Labels = Readonly<Record<string, string>>

/** What to change; absent members stay unchanged. */
export interface SourceChange {
  readonly sourceId: string
  /** The revision the caller has read; null: change it whatever its revision. */
  readonly expectedRevision: number | null
  readonly name?: string | undefined
  readonly config?: VersionContent['config'] | undefined
  /** Null: remove the mapping. */
  readonly mapping?: VersionContent['mapping'] | undefined
  /** All labels, or a function that computes them from the current ones once the row is locked. */
  readonly labels?: Labels | ((before: Labels) => Labels) | undefined
  /** Null: remove the schedule. */
  readonly schedule?: Schedule | null | undefined
  readonly freshWithinSeconds?: number | null | undefined
  /** Null: detected for each record. A change has all records indexed again. */
  readonly language?: Language | null | undefined
  /** Seals the new secrets for a version of the credential; returns null to remove them. */
  readonly sealSecrets?: ((credentialVersion: number) => unknown) | undefined
  /** Where the new secrets may be sent. */
  readonly secretTargets?: readonly string[] | undefined
  /** A shared credential to use in place of secrets of its own; null: none. */
  readonly credentialId?: string | null | undefined
  readonly ownership?: Ownership | undefined
  readonly actor: Actor
}

export interface ChangedSource {
  readonly changed: boolean
  /** The run that must be enqueued: of a source that new settings may have repaired, or of a tick due under the previous schedule. */
  readonly runId: string | null
  /** The version that workers must now prove they can open: the one published, or the live one with new secrets; null when neither changed. */
  readonly versionId: string | null
}

/**
 * Changes a source in one transaction: changed config, mapping or schedule become the next published version. New config, mapping or secrets clear an
 * ERROR, and end the wait for another try after a failure: they may have repaired the source, so a run begins. Ticks due until now are accounted for
 * under the previous schedule. Returns null when unknown. Throws PRECONDITION_FAILED, NAME_TAKEN.
 */
export const updateSource = async (database: Database, change: SourceChange): Promise<ChangedSource | null> => {
  try {
    return await database.prismaTransaction((tx) => applyChange(tx, change))
  } catch (error) {
    if (isUniqueViolation(error)) throw new Failure('NAME_TAKEN', `a source named "${change.name}" exists`, { field: 'name' })
    throw error
  }
}

const applyChange = async (tx: Transaction, change: SourceChange): Promise<ChangedSource | null> => {
  const { prisma, client } = tx
  const { sourceId, actor } = change
  const source = await lockSource(tx, sourceId)
  if (source === null) return null
  if (change.expectedRevision !== null && change.expectedRevision !== source.row.revision)
    throw new Failure('PRECONDITION_FAILED', `the source has changed: it has revision ${source.row.revision} now`)
  const before = settingsOf(source)
  const after = { ...before, ...definedOf(change), ...(typeof change.labels === 'function' && { labels: change.labels(before.labels as Labels) }) }
  const rescheduled = !same(before.schedule, after.schedule)
  const newSettings = !same([before.config, before.mapping], [after.config, after.mapping])
  const newSecrets = change.sealSecrets !== undefined || change.credentialId !== undefined
  const ownership = ownershipColumns(change.ownership ?? {})
  if (same(before, after) && !newSecrets) {
    if (Object.keys(ownership).length > 0) await prisma.source.update({ where: { id: sourceId }, data: ownership })
    return UNCHANGED
  }
  const due = rescheduled ? await accountTicksBefore(client, sourceId) : null
  const version = newSettings || rescheduled ? await insertPublished(prisma, { sourceId, content: contentOf(after), now: source.now }) : null
  if (change.sealSecrets !== undefined) await writeSourceSecrets(tx, sourceId, { seal: change.sealSecrets, targets: change.secretTargets })
  if (change.credentialId !== undefined) await useSharedCredential(tx, sourceId, change.credentialId)
  const repairs = mayBeRepaired(source.row) && (newSettings || newSecrets)
  await prisma.source.update({
    where: { id: sourceId },
    data: {
      name: after.name,
      nameKey: nameKey(after.name),
      labels: toJson(after.labels),
      ...scheduleColumns(after.schedule),
      ...(rescheduled && { nextTickAt: after.schedule === null ? null : nextTick(after.schedule, source.now) }),
      freshWithinSeconds: after.freshWithinSeconds,
      language: after.language,
      ...(version !== null && { versionId: version.id, draftRevision: { increment: 1 } }),
      ...(repairs && { ...REPAIRED, restartAt: null }),
      ...ownership,
      revision: { increment: 1 },
      updatedAt: source.now,
    },
  })
  if (before.language !== after.language) await requestReindexing(client, sourceId)
  const restart = repairs ? await createRun(client, { sourceId, trigger: 'restart' }) : null
  await writeAudit(client, { actor, action: 'source.update', targetType: 'source', targetId: sourceId, before, after })
  await writeEvent(client, {
    sourceId,
    type: 'source.updated',
    level: 'info',
    message: 'settings changed',
    data: { changed: changedNames(before, after, newSecrets) },
  })
  const runId = restart?.created === true ? restart.id : (due?.runId ?? null)
  return { changed: true, runId, versionId: version?.id ?? (newSecrets ? source.live.id : null) }
}

const UNCHANGED: ChangedSource = { changed: false, runId: null, versionId: null }

interface Settings {
  readonly name: string
  readonly labels: unknown
  readonly schedule: Schedule | null
  readonly freshWithinSeconds: number | null
  readonly language: Language | null
  readonly config: VersionContent['config']
  readonly mapping: VersionContent['mapping']
}

const contentOf = ({ config, mapping, schedule }: Settings): VersionContent => ({ config, mapping, schedule })

const settingsOf = ({ row, live }: LockedSource): Settings => ({
  ...live.content,
  name: row.name,
  labels: row.labels,
  freshWithinSeconds: row.freshWithinSeconds,
  language: toLanguage(row.language),
})

const definedOf = ({ name, labels, schedule, freshWithinSeconds, language, config, mapping }: SourceChange): Partial<Settings> =>
  Object.fromEntries(
    Object.entries({ name, labels, schedule, freshWithinSeconds, language, config, mapping }).filter(([, value]) => value !== undefined),
  )

const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b)

const changedNames = (before: Settings, after: Settings, secrets: boolean): readonly string[] => [
  ...Object.entries(after)
    .filter(([name, value]) => !same(value, before[name as keyof Settings]))
    .map(([name]) => name),
  ...(secrets ? ['secrets'] : []),
]
