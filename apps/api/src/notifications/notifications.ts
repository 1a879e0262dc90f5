import { randomUUID } from 'node:crypto'
import type { DeliveryView, Endpoints, NotificationTargetView } from '@inlet/contract'
import {
  addTestDelivery,
  createTarget,
  type DeliveryRow,
  deleteTarget,
  findSourceId,
  findTarget,
  listDeliveries,
  listIncidents,
  listTargets,
  type NotificationTarget,
  toMessageId,
  updateTarget,
} from '@inlet/db'
import { Failure, fillStep, maskUrl, parseSchedule, TARGET_RULES, type TargetKind } from '@inlet/domain'
import { openSecrets, sealSecrets } from '@inlet/security'
import { z } from 'zod'
import { mayRetarget } from '../credentials/credential-access.js'
import { InvalidRequest } from '../http/failures.js'
import { listName, pageOfAll, toPage } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { getSourceId } from '../source-access/lookup.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { checkMail, checkNewSecret, requireUrl, secretOf } from './target-settings.js'

/** The dependencies of the notification endpoints. */
export type NotificationDeps = Pick<SourceDeps, 'database' | 'keyring' | 'tokens' | 'guard' | 'secrets'>

const targetNotFound = (): Failure => new Failure('NOT_FOUND', 'there is no such target of notifications')

const listNotificationsHandler =
  (deps: NotificationDeps): Handler<Endpoints['listNotifications']> =>
  async ({ query }) => {
    const page = pageOfAll(await listTargets(deps.database), { tokens: deps.tokens, list: ['listNotifications', {}], query }, ({ name }) => name)
    return { status: 200, body: { items: page.items.map(toTargetView), nextCursor: page.nextCursor } }
  }

const getNotificationHandler =
  (deps: NotificationDeps): Handler<Endpoints['getNotification']> =>
  async ({ params }) => {
    const target = await findTarget(deps.database, params.id)
    if (target === null) throw targetNotFound()
    return { status: 200, body: toTargetView(target) }
  }

const deleteNotificationHandler =
  (deps: NotificationDeps): Handler<Endpoints['deleteNotification']> =>
  async ({ params, actor }) => {
    if (!(await deleteTarget(deps.database, params.id, actor))) throw targetNotFound()
    return { status: 204 }
  }

export const REDACT_MS = 300_000

/** Creates a target. Without a secret, one is generated and shown in this response only. */
const createNotificationHandler =
  (deps: NotificationDeps): Handler<Endpoints['createNotification']> =>
  async ({ body, actor }) => {
    const { secret: given, url: _address, mail = null, ...target } = body
    deps.secrets.add([given, body.url], REDACT_MS)
    checkMail(body)
    checkQuietHours(body.quietHours)
    const secret = secretOf(body)
    deps.secrets.add(secret, REDACT_MS)
    const url = await requireUrl(deps, body)
    const sources = await findSources(deps, body.sources)
    const id = randomUUID()
    const sealed = sealSecrets(deps.keyring, { ownerId: id, version: 1 }, { ...(secret === null ? {} : { secret }), url })
    await createTarget(deps.database, { ...target, mail, url: shownUrl(body.kind, url), id, sources, sealed }, actor)
    const saved = await findTarget(deps.database, id)
    if (saved === null) throw targetNotFound()
    return {
      status: 201,
      headers: { location: `/v1/notifications/${id}` },
      body: { ...toTargetView(saved), secret: given === undefined ? secret : null },
    }
  }

/** The mail server's address is not secret. */
const shownUrl = (kind: TargetKind, url: string): string => (kind === 'email' ? url : maskUrl(url))

/** Throws INVALID_TIMEZONE. */
const checkQuietHours = (hours: { readonly timeZone: string } | null | undefined): void => {
  if (hours !== null && hours !== undefined) parseSchedule('0 0 * * *', hours.timeZone)
}

/** How long receivers have to switch to a new secret. */
const OVERLAP_SECONDS = 86_400

const updateNotificationHandler =
  (deps: NotificationDeps): Handler<Endpoints['updateNotification']> =>
  async ({ params: { id }, body, actor, principal }) => {
    const { secret, url, sources: refs, ...given } = body
    deps.secrets.add([secret, url], REDACT_MS)
    const target = await findTarget(deps.database, id)
    if (target === null) throw targetNotFound()
    const { kind } = target
    if (given.mail !== undefined) checkMail({ kind, mail: given.mail })
    checkQuietHours(given.quietHours)
    if (secret !== undefined) checkNewSecret(kind, secret)
    if (url !== undefined) await requireUrl(deps, { kind, url })
    if (url !== undefined && secret === undefined && !mayRetarget({ actor, principal })) requireSameReceiver(target, url)
    // Members left out stay unchanged: none may be present as undefined.
    const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    const sources = refs === undefined ? {} : { sources: await findSources(deps, refs) }
    const isSigned = TARGET_RULES[kind].secret === 'signing'
    const reseal = (stored: unknown, version: number, plainUrl: string): unknown => {
      const before = openSecrets(deps.keyring, { ownerId: id, version }, stored)
      const current = { url: plainUrl, ...before, ...(url === undefined ? {} : { url }) }
      const next = secret === undefined ? current : { ...current, secret, ...(isSigned ? { previous: before['secret'] } : {}) }
      return sealSecrets(deps.keyring, { ownerId: id, version: version + 1 }, next)
    }
    const sealing =
      secret === undefined && url === undefined
        ? {}
        : { reseal, replaced: secret !== undefined, overlapSeconds: secret !== undefined && isSigned ? OVERLAP_SECONDS : undefined }
    const shown = url === undefined ? {} : { url: shownUrl(kind, url) }
    if (!(await updateTarget(deps.database, { id, ...changes, ...shown, ...sources, ...sealing }, actor))) throw targetNotFound()
    const saved = await findTarget(deps.database, id)
    if (saved === null) throw targetNotFound()
    return { status: 200, body: toTargetView(saved) }
  }

/** Throws SECRET_TARGET_REFUSED for another receiver, if there is a secret besides the address. */
const requireSameReceiver = (target: NotificationTarget, url: string): void => {
  if (TARGET_RULES[target.kind].secret === 'none' || receiverOf(url) === receiverOf(target.url)) return
  throw new Failure('SECRET_TARGET_REFUSED', `the stored secret is not for ${receiverOf(url)}`, {
    field: 'url',
    next: 'Send a new secret together with the new address, or use a key with the scope admin.',
  })
}

/** Compares protocol and host: schemes other than http have no origin as the standard defines it. */
const receiverOf = (text: string): string => {
  const { protocol, host } = new URL(text)
  return `${protocol}//${host}`
}

export const createNotificationHandlers = (deps: NotificationDeps) => ({
  createNotification: createNotificationHandler(deps),
  listNotifications: listNotificationsHandler(deps),
  getNotification: getNotificationHandler(deps),
  updateNotification: updateNotificationHandler(deps),
  deleteNotification: deleteNotificationHandler(deps),
  testNotification: testNotificationHandler(deps),
  listDeliveries: listDeliveriesHandler(deps),
  listIncidents: listIncidentsHandler(deps),
})

const position = z.tuple([z.string(), z.string()])

const toPosition = (token: readonly [string, string]): { readonly at: Date; readonly id: string } => ({ at: new Date(token[0]), id: token[1] })

const testNotificationHandler =
  (deps: NotificationDeps): Handler<Endpoints['testNotification']> =>
  async ({ params: { id } }) => {
    const target = await findTarget(deps.database, id)
    if (target === null) throw targetNotFound()
    const write = (messageId: string): string =>
      JSON.stringify({
        type: 'test',
        id: messageId,
        timestamp: new Date().toISOString(),
        data: { message: `Notifications of Inlet reach "${target.name}".` },
      })
    const added = await addTestDelivery(deps.database, id, write)
    if (added === null) throw targetNotFound()
    return { status: 202, body: toDeliveryView(added) }
  }

const listDeliveriesHandler =
  (deps: NotificationDeps): Handler<Endpoints['listDeliveries']> =>
  async ({ params, query }) => {
    if ((await findTarget(deps.database, params.id)) === null) throw targetNotFound()
    const list = listName('listDeliveries', { ...query, targetId: params.id })
    const before = query.cursor === undefined ? null : toPosition(deps.tokens.decode(list, query.cursor, position))
    const rows = await listDeliveries(deps.database, { targetId: params.id, status: query.status, before, limit: query.limit + 1 })
    const page = toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.createdAt.toISOString(), last.id]))
    return { status: 200, body: { ...page, items: page.items.map(toDeliveryView) } }
  }

const listIncidentsHandler =
  (deps: NotificationDeps): Handler<Endpoints['listIncidents']> =>
  async ({ query }) => {
    const sourceId = query.source === undefined ? undefined : await getSourceId(deps, query.source)
    const list = listName('listIncidents', query)
    const before = query.cursor === undefined ? null : toPosition(deps.tokens.decode(list, query.cursor, position))
    const open = query.state === 'all' ? null : query.state === 'open'
    const rows = await listIncidents(deps.database, { sourceId, kind: query.kind, reason: query.reason, open, before, limit: query.limit + 1 })
    const views = rows.map(({ secrets, ...row }) => ({ ...row, next: fillStep(row.next, row.source, secrets) }))
    return { status: 200, body: toPage(views, query.limit, (last) => deps.tokens.encode(list, [last.openedAt.toISOString(), last.id])) }
  }

/** Returns the ids of sources given by slug or id. Throws VALIDATION_FAILED naming those that do not exist. */
const findSources = async ({ database }: NotificationDeps, refs: readonly string[]): Promise<readonly string[]> => {
  const ids = await Promise.all(refs.map((ref) => findSourceId(database, ref)))
  const missing = refs.flatMap((ref, n) =>
    ids[n] === null ? [{ path: `sources.${n}`, code: 'unknown_source', message: `there is no source "${ref}"` }] : [],
  )
  if (missing.length > 0) throw new InvalidRequest(missing)
  return [...new Set(ids.filter((id) => id !== null))]
}

/** Returns a target as the API shows it. */
const toTargetView = ({ previousUntil, createdAt, updatedAt, ...target }: NotificationTarget): NotificationTargetView => ({
  ...target,
  mail: target.mail === null ? null : { ...target.mail, to: [...target.mail.to] },
  url: target.kind === 'email' ? target.url : maskUrl(target.url),
  events: [...target.events],
  sources: [...target.sources],
  previousSecretUntil: previousUntil === null || previousUntil.getTime() <= Date.now() ? null : previousUntil.toISOString(),
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
})

/** Returns a message as the API shows it. */
const toDeliveryView = (row: DeliveryRow): DeliveryView => ({
  ...row,
  messageId: toMessageId(row.id),
  nextAt: row.status === 'pending' || row.status === 'held' ? row.nextAt.toISOString() : null,
  createdAt: row.createdAt.toISOString(),
  doneAt: row.doneAt?.toISOString() ?? null,
})
