import { Failure, type Language, nameKey, nextTick, ownerOf, type Schedule, slugify } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import { useSharedCredential } from '../credentials/stored-credential.js'
import type { Database } from '../database.js'
import { writeEvent } from '../events/write-event.js'
import { enterRoom, type Room } from '../limits/holdings.js'
import { readDatabaseTime, type Transaction, toJson } from '../prisma-transaction.js'
import { createRun } from '../runs/create-run.js'
import { isUniqueViolation, violatedConstraint } from '../sql-state.js'
import { contentColumns, scheduleColumns, type VersionContent } from '../versions/version-rows.js'

export interface NewSource {
  /** Chosen by the caller, so that secrets can be sealed for their place before anything is written. */
  readonly id: string
  readonly name: string
  readonly slug?: string | undefined
  readonly connector: string
  readonly config: VersionContent['config']
  readonly mapping?: VersionContent['mapping'] | undefined
  readonly schedule: Schedule | null
  readonly labels: Readonly<Record<string, string>>
  readonly freshWithinSeconds?: number | undefined
  /** The language of its records, for search; null: detected for each. */
  readonly language?: Language | null | undefined
  readonly paused?: boolean | undefined
  /** Also creates the first run; ignored for a paused source. */
  readonly runNow?: boolean | undefined
  readonly ownership?: Ownership | undefined
  /** Sealed envelopes; null when the connector takes no secrets. */
  readonly sealedSecrets: unknown
  /** Where the secrets may be sent; absent: where the live version sends them. */
  readonly secretTargets?: readonly string[] | undefined
  /** A shared credential to use in place of secrets of its own. */
  readonly credentialId?: string | undefined
  /** How many its owner may have; absent: any number. */
  readonly room?: Room | undefined
}

/**
 * Writes source, version, credential, schedule and, with `runNow`, the first run, with audit row and event, in one transaction. Returns the run to
 * enqueue, if any. Throws NAME_TAKEN, ID_TAKEN and what `room` throws.
 */
export const createSource = async (database: Database, source: NewSource, actor: Actor): Promise<{ readonly runId: string | null }> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await database.prismaTransaction((tx) => insertSource(tx, source, { actor, slug: slugOf(source, attempt) }))
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      const constraint = violatedConstraint(error)
      if (constraint.includes('sources_name_key')) throw new Failure('NAME_TAKEN', `a source named "${source.name}" exists`, { field: 'name' })
      if (source.slug !== undefined) throw new Failure('ID_TAKEN', `the slug "${source.slug}" is taken`, { field: 'slug' })
      if (!constraint.includes('slug') || attempt >= 5) throw error
    }
  }
}

/** If a derived slug is taken, part of the id, which is unique, is appended. */
const slugOf = ({ slug, name, id }: NewSource, attempt: number): string =>
  slug ?? (attempt === 0 ? slugify(name) : `${slugify(name).slice(0, 54)}-${id.slice(0, 8)}`)

const insertSource = async (
  { prisma, client }: Transaction,
  source: NewSource,
  { actor, slug }: { readonly actor: Actor; readonly slug: string },
): Promise<{ readonly runId: string | null }> => {
  const { id, name, connector, config, mapping = null, schedule, labels } = source
  await enterRoom(client, source.room)
  const now = await readDatabaseTime(client)
  const version = await prisma.sourceVersion.create({
    data: { sourceId: id, number: 1, state: 'published', ...contentColumns({ config, mapping, schedule }), publishedAt: now },
    select: { id: true },
  })
  await prisma.source.create({
    data: {
      id,
      slug,
      name,
      nameKey: nameKey(name),
      connector,
      status: source.paused === true ? 'PAUSED' : 'ACTIVE',
      labels,
      versionId: version.id,
      ...scheduleColumns(schedule),
      nextTickAt: schedule === null ? null : nextTick(schedule, now),
      freshWithinSeconds: source.freshWithinSeconds ?? null,
      language: source.language ?? null,
      ...ownershipColumns(source.ownership ?? {}),
      createdBy: ownerOf(actor),
    },
    select: { id: true },
  })
  if (source.sealedSecrets !== null)
    await prisma.credential.create({
      data: { sourceId: id, sealed: toJson(source.sealedSecrets), ...(source.secretTargets && { targets: [...source.secretTargets] }) },
      select: { id: true },
    })
  if (source.credentialId !== undefined) await useSharedCredential({ prisma, client }, id, source.credentialId)
  const run = source.runNow === true && source.paused !== true ? await createRun(client, { sourceId: id, trigger: 'manual' }) : null
  const after = { ...source, sealedSecrets: undefined, ownership: undefined, runNow: undefined, room: undefined }
  await writeAudit(client, { actor, action: 'source.create', targetType: 'source', targetId: id, after })
  await writeEvent(client, { sourceId: id, type: 'source.created', level: 'info', message: 'source registered' })
  return { runId: run?.id ?? null }
}

/** How the source relates to source files; absent members stay unchanged. */
export interface Ownership {
  /** Who manages the source in files; null: nobody. */
  readonly managedBy?: string | null | undefined
  /** Keyed hash of the secrets as they were given; null: it has none. */
  readonly secretsFingerprint?: string | null | undefined
}

/** Returns the columns to write with a change; those that stay unchanged are left out. */
export const ownershipColumns = ({ managedBy, secretsFingerprint }: Ownership) => ({
  ...(managedBy !== undefined && { managedBy }),
  ...(secretsFingerprint !== undefined && { secretsFingerprint }),
})
