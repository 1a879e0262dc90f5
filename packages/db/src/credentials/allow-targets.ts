import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { repairUsers } from './repair-sources.js'

/** Lets the secrets of a credential be sent to further targets. `present` is what held before, where that was not noted yet. */
export const allowTargets = (
  database: Database,
  allowed: { readonly credentialId: string; readonly targets: readonly string[]; readonly present: readonly string[] },
  actor: Actor,
): Promise<void> =>
  database.transaction(async (client) => {
    const { rows } = await client.query<{ targets: readonly string[] | null }>('SELECT targets FROM credentials WHERE id = $1 FOR UPDATE', [
      allowed.credentialId,
    ])
    if (rows[0] === undefined) return
    const before = rows[0].targets ?? allowed.present
    const after = [...new Set([...before, ...allowed.targets])].sort()
    await client.query('UPDATE credentials SET targets = $2 WHERE id = $1', [allowed.credentialId, JSON.stringify(after)])
    await writeAudit(client, { actor, action: 'credential.allow_targets', targetType: 'credential', targetId: allowed.credentialId, before, after })
    await repairUsers(client, allowed.credentialId, actor)
  })
