import { randomUUID } from 'node:crypto'
import type { Endpoints, SinkView } from '@inlet/contract'
import {
  createSink,
  type Database,
  deleteSink,
  findSink,
  findSourceId,
  listSinks,
  readSinkLag,
  type Sink,
  startOfChanges,
  updateSink,
  writeAudit,
} from '@inlet/db'
import { explainSink, Failure, stepOfRefusedTest } from '@inlet/domain'
import { createSigningSecret, isSigningSecret, openSecrets, sealSecrets } from '@inlet/security'
import { askWorker, type CallDeps } from '../calls/ask-worker.js'
import { InvalidRequest } from '../http/failures.js'
import { pageOfAll } from '../http/page-token.js'
import { closeSignal, type Handler } from '../http/reply.js'
import type { SourceDeps } from '../source-access/source-deps.js'

/** The dependencies of the sink endpoints. */
export type SinkDeps = Pick<SourceDeps, 'database' | 'keyring' | 'tokens' | 'guard' | 'secrets'> & CallDeps

const REDACT_MS = 300_000
/** How long receivers have to switch to a new secret. */
const OVERLAP_SECONDS = 86_400

const getSaved = async ({ database }: SinkDeps, id: string): Promise<Sink> => {
  const sink = await findSink(database, id)
  if (sink === null) throw new Failure('NOT_FOUND', 'there is no such sink')
  return sink
}

const listSinksHandler =
  (deps: SinkDeps): Handler<Endpoints['listSinks']> =>
  async ({ query }) => {
    const page = pageOfAll(await listSinks(deps.database), { tokens: deps.tokens, list: ['listSinks', {}], query }, ({ name }) => name)
    return { status: 200, body: { items: await Promise.all(page.items.map((sink) => toSinkView(deps.database, sink))), nextCursor: page.nextCursor } }
  }

const getSinkHandler =
  (deps: SinkDeps): Handler<Endpoints['getSink']> =>
  async ({ params }) => ({ status: 200, body: await toSinkView(deps.database, await getSaved(deps, params.id)) })

/** Creates a sink. Without a secret, one is generated and shown in this response only. */
const createSinkHandler =
  (deps: SinkDeps): Handler<Endpoints['createSink']> =>
  async ({ body, actor }) => {
    const { url, secret: given, from, sources: refs, ...settings } = body
    const secret = given ?? createSigningSecret()
    deps.secrets.add([secret, url], REDACT_MS)
    requireSecret(secret)
    await requireUrl(deps, url)
    const sources = await findSources(deps, refs)
    const id = randomUUID()
    const sealed = sealSecrets(deps.keyring, { ownerId: id, version: 1 }, { secret, url })
    const position = from === 'now' ? await startOfChanges(deps.database, 'now') : null
    await createSink(deps.database, { ...settings, id, url, sources, sealed, position }, actor)
    const view = await toSinkView(deps.database, await getSaved(deps, id))
    return { status: 201, headers: { location: `/v1/sinks/${id}` }, body: { ...view, secret: given === undefined ? secret : null } }
  }

const updateSinkHandler =
  (deps: SinkDeps): Handler<Endpoints['updateSink']> =>
  async ({ params: { id }, body, actor }) => {
    const { url, secret, from, sources: refs, ...given } = body
    deps.secrets.add([secret, url], REDACT_MS)
    await getSaved(deps, id)
    if (secret !== undefined) requireSecret(secret)
    if (url !== undefined) await requireUrl(deps, url)
    const settings = {
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      ...(refs === undefined ? {} : { sources: await findSources(deps, refs) }),
    }
    const reseal = (stored: unknown, version: number): unknown => {
      const before = openSecrets(deps.keyring, { ownerId: id, version }, stored)
      const changed = { ...before, ...(url === undefined ? {} : { url }), ...(secret === undefined ? {} : { secret, previous: before['secret'] }) }
      return sealSecrets(deps.keyring, { ownerId: id, version: version + 1 }, changed)
    }
    const change = {
      id,
      settings,
      url,
      position: from === undefined ? undefined : from === 'now' ? await startOfChanges(deps.database, 'now') : null,
      reseal: url === undefined && secret === undefined ? undefined : reseal,
      overlapSeconds: secret === undefined ? undefined : OVERLAP_SECONDS,
    }
    if (!(await updateSink(deps.database, change, actor))) throw new Failure('NOT_FOUND', 'there is no such sink')
    return { status: 200, body: await toSinkView(deps.database, await getSaved(deps, id)) }
  }

/** Has a worker send the test message: only workers decrypt the secrets of sinks. */
const testSinkHandler =
  (deps: SinkDeps): Handler<Endpoints['testSink']> =>
  async ({ params: { id }, actor, response }) => {
    await getSaved(deps, id)
    const outcome = await askWorker(deps, 'sink', { connector: '', config: {}, params: { sinkId: id } }, closeSignal(response))
    if (!outcome.ok) throw new Failure(outcome.failure.reason, outcome.failure.message, { next: outcome.failure.next })
    const { delivered, status } = outcome.answer
    await writeAudit(deps.database.pool, { actor, action: 'sink.test', targetType: 'sink', targetId: id, after: { delivered, status } })
    return { status: 200, body: { ...outcome.answer, next: delivered ? null : stepOfRefusedTest(id) } }
  }

const deleteSinkHandler =
  (deps: SinkDeps): Handler<Endpoints['deleteSink']> =>
  async ({ params, actor }) => {
    if (!(await deleteSink(deps.database, params.id, actor))) throw new Failure('NOT_FOUND', 'there is no such sink')
    return { status: 204 }
  }

const requireSecret = (secret: string): void => {
  if (!isSigningSecret(secret))
    throw new InvalidRequest([{ path: 'secret', code: 'invalid_value', message: 'must be whsec_ and the base64 of 24 to 64 bytes' }])
}

/** Checks the address of a sink; the worker checks it again when it connects. */
const requireUrl = async ({ guard }: SinkDeps, url: string): Promise<void> => {
  try {
    await guard.check([{ field: 'url', url }])
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new Failure(error.reason, error.message, { field: 'url', next: error.next, cause: error })
  }
}

const findSources = async ({ database }: SinkDeps, refs: readonly string[]): Promise<readonly string[]> => {
  const ids = await Promise.all(refs.map((ref) => findSourceId(database, ref)))
  const missing = refs.flatMap((ref, n) =>
    ids[n] === null ? [{ path: `sources.${n}`, code: 'unknown_source', message: `there is no source "${ref}"` }] : [],
  )
  if (missing.length > 0) throw new InvalidRequest(missing)
  return [...new Set(ids.filter((id) => id !== null))]
}

export const createSinkHandlers = (deps: SinkDeps) => ({
  createSink: createSinkHandler(deps),
  listSinks: listSinksHandler(deps),
  getSink: getSinkHandler(deps),
  updateSink: updateSinkHandler(deps),
  testSink: testSinkHandler(deps),
  deleteSink: deleteSinkHandler(deps),
})

/** Returns a sink as the API shows it, with its lag. */
const toSinkView = async (database: Pick<Database, 'pool'>, sink: Sink): Promise<SinkView> => {
  const { position: _, previousUntil, refused, ...shown } = sink
  const { fillsUp, ...lag } = await readSinkLag(database, sink)
  return {
    ...shown,
    ...explainSink({ ...sink, refused, fillsUp, waiting: lag.waiting, lagSeconds: lag.seconds }),
    sources: [...sink.sources],
    lag: { changes: fillsUp ? null : lag.waiting, seconds: lag.seconds },
    delivered: Number(sink.delivered),
    deliveredAt: sink.deliveredAt?.toISOString() ?? null,
    nextAt: sink.nextAt?.toISOString() ?? null,
    previousSecretUntil: previousUntil === null || previousUntil.getTime() <= Date.now() ? null : previousUntil.toISOString(),
    createdAt: sink.createdAt.toISOString(),
    updatedAt: sink.updatedAt.toISOString(),
  }
}
