import type { Endpoints } from '@inlet/contract'
import { findTarget, updateTarget } from '@inlet/db'
import { openSecrets, sealSecrets } from '@inlet/security'
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
  async ({ params: { id }, body, actor }) => {
    const { secret, sources: refs, ...given } = body
    deps.secrets.add(secret, REDACT_MS)
    if (secret !== undefined) checkSecret(secret)
    if (given.url !== undefined) await checkUrl(deps, given.url)
    // Members left out stay as they are: none must be there as undefined.
    const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    const sources = refs === undefined ? {} : { sources: await findSources(deps, refs) }
    const reseal =
      secret === undefined
        ? undefined
        : (stored: unknown, version: number): unknown => {
            const previous = openSecrets(deps.keyring, { ownerId: id, version }, stored)['secret']
            return sealSecrets(deps.keyring, { ownerId: id, version: version + 1 }, { secret, previous })
          }
    if (!(await updateTarget(deps.database, { id, ...changes, ...sources, reseal, overlapSeconds: OVERLAP_SECONDS }, actor))) throw targetNotFound()
    const saved = await findTarget(deps.database, id)
    if (saved === null) throw targetNotFound()
    return { status: 200, body: toTargetView(saved) }
  }
