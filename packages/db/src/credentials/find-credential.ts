import type { Database } from '../database.js'
import type { Credential } from '../generated/client.js'

/** The sealed secrets of a credential, and the place they were sealed for. */
export interface StoredCredential {
  readonly id: string
  readonly sealed: unknown
  readonly place: CredentialPlace
  /** Where the secrets may be sent. Null if they were stored before this was recorded: then where the live versions of their sources send them. */
  readonly targets: readonly string[] | null
}

/** The place of the envelope: the source that owns these secrets, or the shared credential itself. */
export interface CredentialPlace {
  readonly ownerId: string
  readonly version: number
}

export const toStoredCredential = ({ id, sealed, targets, sourceId, version }: Credential): StoredCredential => ({
  id,
  sealed,
  // Safe: only lists of text are ever written here.
  targets: targets as readonly string[] | null,
  place: { ownerId: sourceId ?? id, version },
})

/** Joins the credential `c` that source `s` uses: the shared one it names, otherwise its own. For statements that read everything at one moment. */
export const CREDENTIAL_OF_SOURCE = 'LEFT JOIN credentials c ON c.id = s.credential_id OR (s.credential_id IS NULL AND c.source_id = s.id)'

/** SQL: what next steps say about replacing the secrets of the credential `c` (StepSecrets). */
export const SECRETS_IN_STEPS = `json_build_object('names', (SELECT coalesce(json_agg(k ORDER BY k), '[]') FROM jsonb_object_keys(c.sealed->'fields') k),
    'credential', CASE WHEN c.name IS NOT NULL THEN json_build_object('id', c.id, 'name', c.name) END)`

/** SQL: a credential `c` as a StoredCredential in one JSON value; null without one. */
export const STORED_CREDENTIAL_JSON = `CASE WHEN c.id IS NOT NULL THEN json_build_object('id', c.id, 'sealed', c.sealed, 'targets', c.targets, 'place',
  json_build_object('ownerId', coalesce(c.source_id, c.id), 'version', c.version)) END`

/** Returns the credential a source uses, its own or a shared one; null when it has none. */
export const findCredential = async ({ prisma }: Database, sourceId: string): Promise<StoredCredential | null> => {
  const source = await prisma.source.findUnique({ where: { id: sourceId }, select: { credential: true } })
  if (source === null) return null
  const credential = source.credential ?? (await prisma.credential.findUnique({ where: { sourceId } }))
  return credential === null ? null : toStoredCredential(credential)
}

/** Returns a credential by its own id; null when it is gone. */
export const findCredentialById = async ({ prisma }: Database, credentialId: string): Promise<StoredCredential | null> => {
  const credential = await prisma.credential.findUnique({ where: { id: credentialId } })
  return credential === null ? null : toStoredCredential(credential)
}

/** Lists the configs of the live versions of all sources that use a credential. */
export const listLiveConfigs = async ({ prisma }: Database, credentialId: string): Promise<readonly unknown[]> => {
  const owner = await prisma.credential.findUnique({ where: { id: credentialId }, select: { sourceId: true } })
  if (owner === null) return []
  const own = owner.sourceId === null ? [] : [{ id: owner.sourceId, credentialId: null }]
  const sources = await prisma.source.findMany({ where: { OR: [{ credentialId }, ...own] }, select: { versionId: true } })
  const live = sources.flatMap(({ versionId }) => versionId ?? [])
  const versions = await prisma.sourceVersion.findMany({ where: { id: { in: live } }, select: { config: true } })
  return versions.map(({ config }) => config)
}
