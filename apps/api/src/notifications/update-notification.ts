import type { Endpoints } from '@inlet/contract'
import { findTarget, updateTarget } from '@inlet/db'
import { Failure, maskUrl } from '@inlet/domain'
import { openSecrets, sealSecrets } from '@inlet/security'
import { mayRetarget } from '../credentials/guard-targets.js'
import type { Handler } from '../http/reply.js'
import { checkSecret, checkUrl, findSources } from './check-target.js'
import { REDACT_MS } from './create-notification.js'
import { targetNotFound } from './get-notification.js'
import type { NotificationDeps } from './notification-deps.js'
import { toTargetView } from './to-target-view.js'

/** Receivers have this long to take over a new secret. */
const OVERLAP_SECONDS = 86_400

export const updateNotificationHandler =
  (deps: NotificationDeps): Handler<Endpoints['updateNotification']> =>
  async ({ params: { id }, body, actor, principal }) => {
    const { secret, url, sources: refs, ...given } = body
    deps.secrets.add([secret, url], REDACT_MS)
    if (secret !== undefined) checkSecret(secret)
    if (url !== undefined) await checkUrl(deps, url)
    if (url !== undefined && secret === undefined && !mayRetarget({ actor, principal })) await requireSameOrigin(deps, id, url)
    // Members left out stay as they are: none must be there as undefined.
    const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    const sources = refs === undefined ? {} : { sources: await findSources(deps, refs) }
    const reseal = (stored: unknown, version: number, plainUrl: string): unknown => {
      const before = openSecrets(deps.keyring, { ownerId: id, version }, stored)
      const kept = { url: plainUrl, ...before, ...(url === undefined ? {} : { url }) }
      const next = secret === undefined ? kept : { ...kept, secret, previous: before['secret'] }
      return sealSecrets(deps.keyring, { ownerId: id, version: version + 1 }, next)
    }
    const sealing = secret === undefined && url === undefined ? {} : { reseal, overlapSeconds: secret === undefined ? undefined : OVERLAP_SECONDS }
    const shown = url === undefined ? {} : { url: maskUrl(url) }
    if (!(await updateTarget(deps.database, { id, ...changes, ...shown, ...sources, ...sealing }, actor))) throw targetNotFound()
    const saved = await findTarget(deps.database, id)
    if (saved === null) throw targetNotFound()
    return { status: 200, body: toTargetView(saved) }
  }

/** What is signed with a secret is for its receiver: another one needs a secret of its own, or the word of an admin. */
const requireSameOrigin = async (deps: NotificationDeps, id: string, url: string): Promise<void> => {
  const target = await findTarget(deps.database, id)
  if (target === null) throw targetNotFound()
  const { origin } = new URL(url)
  if (origin !== new URL(target.url).origin)
    throw new Failure('SECRET_TARGET_REFUSED', `the stored secret is not for ${origin}`, {
      field: 'url',
      next: 'Send a new secret together with the new address, or use a key with the scope admin.',
    })
}
