import type {
  ConnectorSummary,
  PushedEventDetailView,
  PushedEventView,
  RunView,
  SourceDetail,
  SourceSummary,
  VersionView,
  WorkerView,
} from '@inlet/contract'
import { nextStepOf, STEP_OF_WRONG_CLOCK } from '@inlet/domain'
import type { ApiClient } from '../client/api-client.js'
import { toPairs, toRelative } from '../output/format.js'
import { toCondition } from '../output/source-condition.js'
import type { Parent, Resource } from './resource.js'
import { runLines, spanOfRun } from './run-lines.js'
import { sourceLines } from './source-lines.js'

const SAY: Readonly<Record<WorkerView['role'], readonly [string, string]>> = {
  worker: ['no worker is alive: nothing is read', 'worker'],
  scribe: ['no scribe is alive: what is read is not stored', 'scribe'],
}

/** Returns notes below lists whose rows cannot say why nothing moves. */
export const noteIdle = async (api: Pick<ApiClient, 'call'>): Promise<readonly string[]> => {
  const { items } = await api.call<{ items: readonly WorkerView[] }>('GET', '/v1/workers?limit=200')
  return (Object.keys(SAY) as WorkerView['role'][]).flatMap((role) => {
    const alive = items.filter((process) => process.role === role && process.alive)
    const [dead, service] = SAY[role]
    if (alive.length === 0)
      return [
        '',
        `! ${dead}. \`inlet doctor\` says whether the database refuses it; otherwise start one: \`docker compose up -d ${service}\` (\`inlet up\` restarts its own, and its log says why it ended).`,
      ]
    const problem = alive.every(({ refuses }) => refuses !== null) ? alive.find((process) => process.problem !== null)?.problem : undefined
    const refused = alive.find(({ reason }) => reason != null)
    if (refused !== undefined) return ['', `! a ${role} cannot store: ${refused.reason}: ${refused.problem ?? ''}. ${nextStepOf(refused.reason)}`]
    if (problem == null) return []
    return ['', `! no ${role} takes work: ${problem}.${alive.some(({ refuses }) => refuses === 'clock') ? ` ${STEP_OF_WRONG_CLOCK}` : ''}`]
  })
}

export const SOURCES: Resource<SourceSummary> = {
  noun: 'sources',
  about: 'list sources, and act on them',
  ref: ({ slug }) => slug,
  list: {
    about: 'one line per source',
    path: () => '/v1/sources',
    query: { sort: 'name' },
    filters: [
      { flags: '--status <status>', text: 'ACTIVE, PAUSED, STOPPED or ERROR' },
      { flags: '--state <state>', text: 'INIT, STARTING, RUNNING, ERROR or STOPPED' },
      { flags: '--connector <type>', text: 'only of this connector' },
      { flags: '--label <name:value>', text: 'only with this label; may be repeated', many: true },
      { flags: '-q, --query <text>', text: 'part of the name or slug', query: 'q' },
    ],
    columns: [
      { title: 'SLUG', cell: ({ slug }) => slug },
      { title: 'CONNECTOR', cell: ({ connector }) => connector },
      {
        title: 'STATUS',
        cell: (source) =>
          [toCondition(source), ...source.incidents.filter((kind) => kind !== 'error' && kind !== 'quarantine'), ...inQuarantine(source)].join(', '),
      },
      { title: 'LAST', cell: ({ lastRun }) => lastRun?.outcome ?? '–' },
      { title: 'SUCCESS', cell: ({ lastSuccessAt }, { now }) => toRelative(lastSuccessAt, now) },
      { title: 'NEXT', cell: ({ nextRunAt }, { now }) => toRelative(nextRunAt, now) },
      { title: 'NAME', cell: ({ name }) => name, wide: true },
      { title: 'VERSION', cell: ({ version }) => String(version ?? ''), wide: true },
      { title: 'SCHEDULE', cell: ({ schedule }) => (schedule === null ? '–' : `${schedule.cron} ${schedule.timeZone}`), wide: true },
      { title: 'FRESH', cell: ({ freshWithin, fresh }) => (freshWithin === null ? '–' : `${freshWithin} ${fresh ? 'fresh' : 'stale'}`), wide: true },
      { title: 'LABELS', cell: ({ labels }) => toLabels(labels), wide: true },
      { title: 'ID', cell: ({ id }) => id, wide: true },
    ],
    notes: noteIdle,
    none: 'No sources. Register one with `inlet sources create`, or several with `inlet apply -f sources.yaml`.',
    examples: ['inlet sources', 'inlet sources list --status ERROR --label team:crm -o json', 'inlet sources --watch'],
  },
  get: {
    about: 'everything about a source, except its secrets',
    argument: '<source>',
    text: 'slug or id',
    path: (ref) => `/v1/sources/${ref}`,
    lines: (source: SourceDetail) => sourceLines(source),
    examples: ['inlet sources get docs', 'inlet sources get docs -o yaml'],
  },
}

const inQuarantine = ({ quarantined }: SourceSummary): readonly string[] => (quarantined > 0 ? [`${quarantined} in quarantine`] : [])

const toLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',') || '–'

const OF_SOURCE: Parent = { argument: '<source>', text: 'slug or id' }

export const RUNS: Resource<RunView> = {
  noun: 'runs',
  about: 'list runs, and look at one',
  ref: ({ id }) => id,
  list: {
    about: 'runs, newest first',
    path: () => '/v1/runs',
    filters: [
      { flags: '--source <source>', text: 'slug or id' },
      { flags: '--status <status>', text: 'queued, running, parked or ended' },
      { flags: '--outcome <outcome>', text: 'ok, ok_nothing_new, suspect_empty, partial, failed or cancelled' },
    ],
    limit: 20,
    columns: [
      { title: 'RUN', cell: ({ id }) => id },
      { title: 'SOURCE', cell: ({ source }) => source.slug },
      { title: 'TRIGGER', cell: ({ trigger }) => trigger },
      { title: 'STATUS', cell: ({ status }) => status },
      { title: 'OUTCOME', cell: ({ outcome }) => outcome ?? '–' },
      { title: 'BEGAN', cell: ({ startedAt }, { now }) => toRelative(startedAt, now) },
      { title: 'TOOK', cell: (run, { now }) => spanOfRun(run, now) },
      { title: 'READ', cell: ({ counts }) => String(counts.read) },
      { title: 'NEW', cell: ({ counts }) => String(counts.inserted) },
      { title: 'CHANGED', cell: ({ counts }) => String(counts.updated) },
      { title: 'DELETED', cell: ({ counts }) => String(counts.deleted) },
      { title: 'QUARANTINED', cell: ({ counts }) => String(counts.quarantined) },
      { title: 'UNCHANGED', cell: ({ counts }) => String(counts.unchanged), wide: true },
      { title: 'VERSION', cell: ({ version }) => String(version), wide: true },
      { title: 'ATTEMPT', cell: ({ attempt }) => String(attempt), wide: true },
      { title: 'ERROR', cell: ({ error }) => error?.reason ?? '–', wide: true },
    ],
    notes: noteIdle,
    none: 'No runs.',
    examples: ['inlet runs --source docs', 'inlet runs --outcome failed --limit 100 -o json', 'inlet runs --status running --watch'],
  },
  get: {
    about: 'a run with its counts',
    argument: '<run>',
    text: 'id of a run',
    path: (ref) => `/v1/runs/${ref}`,
    lines: (run: RunView) => runLines(run),
    examples: ['inlet runs get b7f13909-3c9c-4f6e-a7b1-0d6d4c7f5a11', 'inlet runs get b7f13909-3c9c-4f6e-a7b1-0d6d4c7f5a11 --watch'],
  },
}

export const VERSIONS: Resource<VersionView> = {
  noun: 'versions',
  about: 'versions of a source: earlier, live and draft',
  parent: OF_SOURCE,
  ref: ({ number }) => String(number),
  list: {
    about: 'versions of a source, newest first',
    path: (source) => `/v1/sources/${source}/versions`,
    limit: 20,
    columns: [
      { title: 'VERSION', cell: ({ number }) => String(number) },
      { title: 'STATE', cell: ({ state }) => state },
      { title: 'PUBLISHED', cell: ({ publishedAt }, { now }) => toRelative(publishedAt, now) },
      { title: 'OPENED', cell: ({ openedAt, openError }, { now }) => (openError === null ? toRelative(openedAt, now) : openError.reason) },
      { title: 'RESTORED FROM', cell: ({ restoredFrom }) => String(restoredFrom ?? '–') },
      { title: 'SCHEDULE', cell: ({ schedule }) => (schedule === null ? '–' : `${schedule.cron} ${schedule.timeZone}`), wide: true },
      { title: 'MAPPED', cell: ({ mapping }) => (mapping === null ? '–' : Object.keys(mapping).join(',')), wide: true },
      { title: 'CONFIG', cell: ({ config }) => JSON.stringify(config), wide: true },
    ],
    none: 'No versions.',
    examples: ['inlet versions docs', 'inlet versions docs -o wide'],
  },
  get: {
    about: 'one version',
    argument: '<version>',
    text: 'its number',
    path: (ref, source) => `/v1/sources/${source}/versions/${ref}`,
    lines: (version: VersionView) =>
      toPairs([
        ['version', version.number],
        ['state', version.state],
        ['published', version.publishedAt],
        ['restored from', version.restoredFrom],
        ['schedule', version.schedule === null ? 'none' : `${version.schedule.cron} ${version.schedule.timeZone}`],
        ['error', version.openError === null ? null : `${version.openError.reason}: ${version.openError.message}`],
        ['config', JSON.stringify(version.config)],
        ['mapping', version.mapping === null ? null : JSON.stringify(version.mapping)],
      ]),
    examples: ['inlet versions get docs 3 -o yaml'],
  },
}

export const HOOKS: Resource<PushedEventView> = {
  noun: 'hooks',
  about: 'events that were pushed to a source',
  parent: OF_SOURCE,
  ref: ({ id }) => id,
  list: {
    about: 'events that were pushed to a source, newest first',
    path: (source) => `/v1/sources/${source}/hooks`,
    filters: [
      { flags: '--state <state>', text: 'waiting or stored' },
      { flags: '--type <type>', text: 'only of this type' },
      { flags: '--event-id <id>', text: 'what the sender calls it' },
      { flags: '--from <time>', text: 'received at this moment or later' },
      { flags: '--to <time>', text: 'received before this moment' },
    ],
    limit: 50,
    columns: [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'EVENT', cell: ({ eventId }) => eventId },
      { title: 'TYPE', cell: ({ eventType }) => eventType ?? '–' },
      { title: 'STATE', cell: ({ state }) => state },
      { title: 'BYTES', cell: ({ size }) => String(size) },
      { title: 'RECEIVED', cell: ({ receivedAt }, { now }) => toRelative(receivedAt, now) },
    ],
    none: 'No events were pushed lately.',
    examples: ['inlet hooks orders --state waiting'],
  },
  get: {
    about: 'one event with its body; needs a key with admin',
    argument: '<event>',
    text: 'its id',
    path: (ref, source) => `/v1/sources/${source}/hooks/${ref}`,
    lines: (event: PushedEventDetailView) => [
      ...toPairs([
        ['id', event.id],
        ['event', event.eventId],
        ['type', event.eventType],
        ['state', event.state],
        ['received', event.receivedAt],
        ...Object.entries(event.headers),
      ]),
      '',
      event.body,
    ],
    examples: ['inlet hooks get orders 1042'],
  },
}

export const CONNECTORS: Resource<ConnectorSummary> = {
  noun: 'connectors',
  about: 'the kinds of systems Inlet can read, or the settings of one',
  ref: ({ type }) => type,
  list: {
    about: 'the kinds of systems',
    path: () => '/v1/connectors',
    columns: [
      { title: 'TYPE', cell: ({ type }) => type },
      { title: 'TITLE', cell: ({ title }) => title },
      { title: 'DESCRIPTION', cell: ({ description }) => description },
    ],
    none: 'No connectors.',
    examples: ['inlet connectors', 'inlet connectors -o name'],
  },
}
