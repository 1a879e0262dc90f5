import type { Endpoints, SourceLine } from '@inlet/contract'
import {
  type Database,
  findSourceId,
  getBacklog,
  listActivity,
  listIncidentGroups,
  listQuarantineGroups,
  listSourceActivity,
  listSourceLines,
  type SourceLineRow,
} from '@inlet/db'
import { fillStep, nextTick, parseSchedule } from '@inlet/domain'
import type { Handler } from '../http/reply.js'
import { sourceNotFound } from '../source-access/lookup.js'

const BUCKETS = 48
const MAX_GROUPS = 500
const MAX_PROBLEM_CHARS = 300

export interface OverviewDeps {
  readonly database: Database
}

const toSourceLine = (source: SourceLineRow): SourceLine => ({
  id: source.id,
  slug: source.slug,
  name: source.name,
  connector: source.connector,
  status: source.status,
  state: source.state,
  outcome: source.lastOutcome,
  labels: { ...source.labels },
  cron: source.cron,
  freshUntil: source.freshUntil?.toISOString() ?? null,
  lastSuccessAt: source.lastSuccessAt?.toISOString() ?? null,
  nextRunAt: source.nextRunAt?.toISOString() ?? null,
  parkedUntil: source.parkedUntil?.toISOString() ?? null,
  parkedReason: source.parkedReason,
  quarantined: source.quarantined,
  reason: source.reason,
  problem: source.problem?.slice(0, MAX_PROBLEM_CHARS) ?? null,
})

const listSourceLinesHandler =
  ({ database }: OverviewDeps): Handler<Endpoints['listSourceLines']> =>
  async ({ query }) => {
    const at = new Date().toISOString()
    const lines = await listSourceLines(database, { ids: query.id.length === 0 ? null : query.id, recent: query.recent })
    return { status: 200, body: { at, items: lines.map(toSourceLine) } }
  }

const getActivityHandler =
  ({ database }: OverviewDeps): Handler<Endpoints['getActivity']> =>
  async ({ query }) => {
    const bucketSeconds = (query.hours * 3_600) / BUCKETS
    const [buckets, backlog] = await Promise.all([listActivity(database, { buckets: BUCKETS, bucketSeconds }), getBacklog(database)])
    const items = buckets.map((bucket) => ({ ...bucket, at: bucket.at.toISOString() }))
    return { status: 200, body: { at: new Date().toISOString(), bucketSeconds, buckets: items, ...backlog } }
  }

const getSourceActivityHandler =
  ({ database }: OverviewDeps): Handler<Endpoints['getSourceActivity']> =>
  async ({ params, query }) => {
    const sourceId = await findSourceId(database, params.id)
    if (sourceId === null) throw sourceNotFound()
    const bucketSeconds = (query.hours * 3_600) / BUCKETS
    const buckets = await listSourceActivity(database, { sourceId, buckets: BUCKETS, bucketSeconds })
    const items = buckets.map((bucket) => ({ ...bucket, at: bucket.at.toISOString() }))
    return { status: 200, body: { at: new Date().toISOString(), bucketSeconds, buckets: items } }
  }

const listQuarantineGroupsHandler =
  ({ database }: OverviewDeps): Handler<Endpoints['listQuarantineGroups']> =>
  async ({ query }) => {
    const sourceId = query.source === undefined ? undefined : await findSourceId(database, query.source)
    if (sourceId === null) throw sourceNotFound()
    const groups = await listQuarantineGroups(database, { sourceId, limit: MAX_GROUPS })
    return { status: 200, body: { items: groups.map((group) => ({ ...group, lastSeenAt: group.lastSeenAt.toISOString() })) } }
  }

const listIncidentGroupsHandler =
  ({ database }: OverviewDeps): Handler<Endpoints['listIncidentGroups']> =>
  async () => {
    const groups = await listIncidentGroups(database, MAX_GROUPS)
    const items = groups.map((group) => ({
      ...group,
      firstSince: group.firstSince.toISOString(),
      lastSince: group.lastSince.toISOString(),
      next: fillStep(group.next, group.sources === 1 ? group.source : '<source>'),
    }))
    return { status: 200, body: { items } }
  }

const previewScheduleHandler =
  (): Handler<Endpoints['previewSchedule']> =>
  async ({ query }) => {
    const schedule = parseSchedule(query.cron, query.timeZone)
    const next: Date[] = []
    while (next.length < query.count) next.push(nextTick(schedule, next.at(-1) ?? new Date()))
    return { status: 200, body: { schedule, next: next.map((moment) => moment.toISOString()) } }
  }

export const createOverviewHandlers = (deps: OverviewDeps) => ({
  listSourceLines: listSourceLinesHandler(deps),
  getActivity: getActivityHandler(deps),
  getSourceActivity: getSourceActivityHandler(deps),
  listQuarantineGroups: listQuarantineGroupsHandler(deps),
  listIncidentGroups: listIncidentGroupsHandler(deps),
  previewSchedule: previewScheduleHandler(),
})
