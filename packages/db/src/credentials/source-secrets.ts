import { Failure } from '@inlet/domain'
import type pg from 'pg'
import { sqlState } from '../sql-state.js'
import { replaceSecrets } from './replace-secrets.js'

type Client = Pick<pg.ClientBase, 'query'>

/** Seals secrets for a version of a credential, or gives null for none; `targets` is where they may be sent. */
export interface NewSecrets {
  readonly seal: (credentialVersion: number) => unknown
  readonly targets: readonly string[] | undefined
}

/** Gives a source secrets of its own instead of those it had, or (when `seal` gives null) none at all. */
export const writeSourceSecrets = async (client: Client, sourceId: string, { seal, targets }: NewSecrets): Promise<void> => {
  const { rows } = await client.query<{ id: string; version: number }>('SELECT id, version FROM credentials WHERE source_id = $1 FOR UPDATE', [
    sourceId,
  ])
  const before = rows[0]
  const version = (before?.version ?? 0) + 1
  const sealed = seal(version)
  await client.query('UPDATE sources SET credential_id = NULL WHERE id = $1', [sourceId])
  if (sealed === null) await client.query('DELETE FROM credentials WHERE source_id = $1', [sourceId])
  else if (before === undefined)
    await client.query('INSERT INTO credentials (source_id, version, sealed, targets) VALUES ($1, $2, $3, $4)', [
      sourceId,
      version,
      JSON.stringify(sealed),
      targets === undefined ? null : JSON.stringify(targets),
    ])
  else await replaceSecrets(client, { credentialId: before.id, version, sealed, targets })
}

/** Lets a source use a shared credential instead of secrets of its own, or (null) none. Throws VALIDATION_FAILED when it was deleted just now. */
export const useSharedCredential = async (client: Client, sourceId: string, credentialId: string | null): Promise<void> => {
  try {
    await client.query('UPDATE sources SET credential_id = $2 WHERE id = $1', [sourceId, credentialId])
  } catch (error) {
    if (sqlState(error) !== '23503') throw error
    throw new Failure('VALIDATION_FAILED', 'the credential was deleted meanwhile', { field: 'credential' })
  }
  await client.query('DELETE FROM credentials WHERE source_id = $1', [sourceId])
}
