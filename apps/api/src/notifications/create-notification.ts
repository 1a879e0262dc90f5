import { randomUUID } from 'node:crypto'
import type { Endpoints } from '@inlet/contract'
import { createTarget, findTarget } from '@inlet/db'
import { maskUrl } from '@inlet/domain'
import { createSigningSecret, sealSecrets } from '@inlet/security'
import type { Handler } from '../http/reply.js'
import { checkSecret, checkUrl, findSources } from './check-target.js'
import { targetNotFound } from './get-notification.js'
import type { NotificationDeps } from './notification-deps.js'
import { toTargetView } from './to-target-view.js'

export const REDACT_MS = 300_000

/** Without a secret one is made, and shown in this answer only. */
export const createNotificationHandler =
  (deps: NotificationDeps): Handler<Endpoints['createNotification']> =>
  async ({ body, actor }) => {
    const { secret: given, ...target } = body
    const secret = given ?? createSigningSecret()
    deps.secrets.add([secret, body.url], REDACT_MS)
    checkSecret(secret)
    await checkUrl(deps, body.url)
    const sources = await findSources(deps, body.sources)
    const id = randomUUID()
    const sealed = sealSecrets(deps.keyring, { ownerId: id, version: 1 }, { secret, url: body.url })
    await createTarget(deps.database, { ...target, url: maskUrl(body.url), id, sources, sealed }, actor)
    const saved = await findTarget(deps.database, id)
    if (saved === null) throw targetNotFound()
    return {
      status: 201,
      headers: { location: `/v1/notifications/${id}` },
      body: { ...toTargetView(saved), secret: given === undefined ? secret : null },
    }
  }
