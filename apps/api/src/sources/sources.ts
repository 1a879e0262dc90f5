import type { Endpoints, WhyView } from '@inlet/contract'
import { gatherWhyFacts, listSources, listTicks, type StoredWhyFacts } from '@inlet/db'
import { explainWhy, fillStep, toSourceState, type WhyFacts } from '@inlet/domain'
import { withDeadline } from '@inlet/runtime'
import { z } from 'zod'
import { listName, toPage } from '../http/page-token.js'
import { type Handler, toEtag } from '../http/reply.js'
import { getSource, getSourceId, unknownSource } from '../source-access/lookup.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { toSourceDetail, toSourceSummary } from '../source-access/source-views.js'
import { createSourceHandler } from './create-source.js'
import { createLifecycleHandlers } from './lifecycle.js'
import { checkSourceHandler, previewSourceHandler, testNewSourceHandler, testSourceHandler } from './test-source.js'
import { updateSourceHandler } from './update-source.js'

export const getSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['getSource']> =>
  async ({ params }) => {
    const source = await getSource(deps, params.id)
    return { status: 200, headers: { etag: toEtag(source.revision) }, body: toSourceDetail(source, deps.findConnector) }
  }

const position = z.tuple([z.string(), z.string()])

export const listSourcesHandler =
  (deps: SourceDeps): Handler<Endpoints['listSources']> =>
  async ({ query }) => {
    const list = listName('listSources', query)
    const after = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, position)
    const byName = query.sort.endsWith('name')
    const found = await listSources(deps.database, {
      status: query.status,
      state: query.state,
      connector: query.connector,
      labels: toLabels(query.label),
      text: query.q,
      sortBy: byName ? 'name' : 'createdAt',
      descending: query.sort.startsWith('-'),
      limit: query.limit + 1,
      after: after === null ? null : { value: after[0], id: after[1] },
    })
    const items = found.slice(0, query.limit)
    const last = found.length > query.limit ? items.at(-1) : undefined
    const nextCursor = last === undefined ? null : deps.tokens.encode(list, [byName ? last.nameKey : last.createdAt.toISOString(), last.id])
    return { status: 200, body: { items: items.map(toSourceSummary), nextCursor } }
  }

const toLabels = (pairs: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)]))

/** A queue that takes longer to respond counts as unavailable (ms). */
const QUEUE_TIMEOUT_MS = 2_000

/** Explains why a source is not running: one blocker, and what was checked. */
export const explainSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['explainSource']> =>
  async ({ params }) => {
    const [stored, queueProblem] = await Promise.all([gatherWhyFacts(deps.database, params.id), findQueueProblem(deps)])
    if (stored === null) throw await unknownSource(deps, params.id)
    const connector = deps.findConnector(stored.connector)
    const facts = {
      ...stored,
      queueProblem,
      queuePlace: deps.queues.place,
      continuous: connector?.continuous === true,
      pushed: connector?.receive !== undefined,
    }
    return { status: 200, body: toWhyView(stored, facts) }
  }

const findQueueProblem = async ({ queues }: Pick<SourceDeps, 'queues'>): Promise<string | null> => {
  try {
    const [refusal] = await withDeadline(() => Promise.all([queues.findRefusal(), queues.countSchedules()]), QUEUE_TIMEOUT_MS, 'the queue')
    return refusal
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const toWhyView = ({ sourceId, slug, secrets }: StoredWhyFacts, facts: WhyFacts): WhyView => {
  const { blocker, checks, remarks } = explainWhy(facts)
  const fill = (next: string): string => fillStep(next, slug, secrets)
  return {
    sourceId,
    at: facts.now.toISOString(),
    status: facts.status,
    state: toSourceState({
      status: facts.status,
      activeRun: facts.run?.status ?? null,
      leaseLive: facts.run?.holder != null,
      lastOutcome: facts.lastRun?.outcome ?? null,
    }),
    running: blocker.code === 'RUN_ACTIVE',
    blocker: {
      ...blocker,
      next: fill(blocker.next),
      clearsAt: blocker.clearsAt?.toISOString() ?? null,
      unquoted: { message: blocker.unquoted.message, next: fill(blocker.unquoted.next) },
    },
    recheck: toRecheck(facts),
    run: toRun(facts),
    checks: [...checks],
    remarks: remarks.map((remark) => ({ ...remark, next: fill(remark.next) })),
  }
}

const toRecheck = ({ recheck }: WhyFacts): WhyView['recheck'] =>
  recheck === null
    ? null
    : {
        at: recheck.dueAt.toISOString(),
        lastAt: recheck.checkedAt?.toISOString() ?? null,
        reason: recheck.reason,
        message: recheck.message,
      }

const toRun = ({ run, processDeaths }: WhyFacts): WhyView['run'] =>
  run === null
    ? null
    : { id: run.id, status: run.status, attempt: run.attempt, lastProgressAt: run.movedAt.toISOString(), workerDeaths: processDeaths }

const textPosition = z.tuple([z.string()])

export const listTicksHandler =
  (deps: SourceDeps): Handler<Endpoints['listTicks']> =>
  async ({ params, query }) => {
    const sourceId = await getSourceId(deps, params.id)
    const list = listName('listTicks', { ...query, sourceId })
    const before = query.cursor === undefined ? null : new Date(deps.tokens.decode(list, query.cursor, textPosition)[0])
    const rows = await listTicks(deps.database, { sourceId, outcome: query.outcome, before, limit: query.limit + 1 })
    return { status: 200, body: toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.scheduledFor.toISOString()])) }
  }

export const createSourceHandlers = (deps: SourceDeps) => ({
  ...createLifecycleHandlers(deps),
  createSource: createSourceHandler(deps),
  updateSource: updateSourceHandler(deps),
  listSources: listSourcesHandler(deps),
  getSource: getSourceHandler(deps),
  explainSource: explainSourceHandler(deps),
  listTicks: listTicksHandler(deps),
  checkSource: checkSourceHandler(deps),
  previewSource: previewSourceHandler(deps),
  testSource: testSourceHandler(deps),
  testNewSource: testNewSourceHandler(deps),
})
