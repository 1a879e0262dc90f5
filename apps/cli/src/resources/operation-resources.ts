import type { ApiKeyView, AuditEntryView, CredentialDetailView, CredentialView, EventView, IncidentView, WorkerView } from '@inlet/contract'
import { shorten, toPairs, toRelative, toTable } from '../output/format.js'
import type { Resource } from './resource.js'

const SHORT = 60

export const WORKERS: Resource<WorkerView> = {
  noun: 'workers',
  about: 'worker and scribe processes',
  ref: ({ id }) => id,
  list: {
    about: 'processes with what they are working on, live ones first',
    path: () => '/v1/workers',
    columns: [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'ROLE', cell: ({ role }) => role },
      { title: 'STATE', cell: (worker) => stateOfWorker(worker) },
      { title: 'BUSY', cell: ({ running, concurrency }) => `${running} of ${concurrency}` },
      { title: 'HEARTBEAT', cell: ({ heartbeatAt }, { now }) => toRelative(heartbeatAt, now) },
      { title: 'STARTED', cell: ({ startedAt }, { now }) => toRelative(startedAt, now) },
      { title: 'HOST', cell: ({ host }) => host, wide: true },
      { title: 'PID', cell: ({ pid }) => String(pid), wide: true },
      { title: 'VERSION', cell: ({ version }) => version, wide: true },
      { title: 'CONNECTORS', cell: ({ connectors }) => connectors.join(','), wide: true },
      { title: 'PROBLEM', cell: ({ problem }) => problem ?? '', wide: true },
    ],
    none: 'No worker or scribe runs. `inlet doctor` says what an installation lacks.',
    examples: ['inlet workers', 'inlet workers -o wide --watch'],
  },
}

const stateOfWorker = ({ alive, refuses, backpressure, problem, reason }: WorkerView): string => {
  if (!alive) return 'dead'
  if (refuses !== null) return refuses === 'clock' ? 'refuses: wrong clock' : 'draining'
  if (reason != null) return `cannot store: ${reason}`
  if (problem !== null) return 'problem'
  return backpressure ? 'waits for scribes' : 'alive'
}

export const EVENTS: Resource<EventView> = {
  noun: 'events',
  about: 'what happened (`inlet logs` follows it)',
  ref: ({ id }) => id,
  list: {
    about: 'events, newest first',
    path: () => '/v1/events',
    filters: [
      { flags: '--source <source>', text: 'slug or id' },
      { flags: '--type <type>', text: 'a type of event, e.g. run.ended' },
      { flags: '--level <level>', text: 'debug, info, warn or error' },
      { flags: '--after <id>', text: 'only what came after this event, oldest first' },
    ],
    limit: 50,
    columns: [
      { title: 'ID', cell: ({ id }) => id, wide: true },
      { title: 'AT', cell: ({ at }, { now }) => toRelative(at, now) },
      { title: 'LEVEL', cell: ({ level }) => level },
      { title: 'TYPE', cell: ({ type }) => type },
      { title: 'SOURCE', cell: ({ source }) => source ?? '–' },
      { title: 'RUN', cell: ({ runId }) => runId ?? '–', wide: true },
      { title: 'MESSAGE', cell: ({ message }) => message },
    ],
    none: 'No events.',
    examples: ['inlet events --source docs', 'inlet events --level error -o json'],
  },
}

export const INCIDENTS: Resource<IncidentView> = {
  noun: 'incidents',
  about: 'what is wrong with sources',
  ref: ({ id }) => id,
  list: {
    about: 'open incidents, the latest first',
    path: () => '/v1/incidents',
    filters: [
      { flags: '--source <source>', text: 'slug or id' },
      { flags: '--kind <kind>', text: 'error, stale, quarantine or content' },
      { flags: '--state <state>', text: 'open (default), closed or all' },
    ],
    limit: 50,
    columns: [
      { title: 'ID', cell: ({ id }) => id, wide: true },
      { title: 'SOURCE', cell: ({ source }) => source },
      { title: 'KIND', cell: ({ kind }) => kind },
      { title: 'REASON', cell: ({ reason }) => reason },
      { title: 'SINCE', cell: ({ since }, { now }) => toRelative(since, now) },
      {
        title: 'CLOSED',
        cell: ({ closedAt, closedAs }, { now }) => (closedAt === null ? '–' : `${closedAs ?? ''} ${toRelative(closedAt, now)}`.trim()),
      },
      { title: 'MESSAGE', cell: ({ message }) => shorten(message, SHORT) },
      { title: 'WHAT TO DO', cell: ({ next }) => next, wide: true },
      { title: 'RUN', cell: ({ runId }) => runId ?? '–', wide: true },
    ],
    none: 'Nothing is wrong.',
    examples: ['inlet incidents', 'inlet incidents --state all --source shop -o wide', 'inlet incidents --watch'],
  },
}

export const AUDIT: Resource<AuditEntryView> = {
  noun: 'audit',
  about: 'who changed what and when',
  ref: ({ id }) => id,
  list: {
    about: 'changes, newest first; needs a key with admin',
    path: () => '/v1/audit',
    filters: [
      { flags: '--actor <actor>', text: 'the name of a key, key:<id>, token:<subject>, or system' },
      { flags: '--action <action>', text: 'e.g. source.update' },
      { flags: '--target-type <type>', text: 'e.g. source' },
      { flags: '--target <id>', text: 'the id of what was changed, or the slug of a source' },
      { flags: '--from <time>', text: 'at this moment or later' },
      { flags: '--to <time>', text: 'before this moment' },
    ],
    limit: 50,
    columns: [
      { title: 'ID', cell: ({ id }) => id, wide: true },
      { title: 'AT', cell: ({ at }) => at },
      { title: 'ACTOR', cell: ({ actor, actorName }) => actorName ?? actor },
      { title: 'ACTION', cell: ({ action }) => action },
      { title: 'TARGET', cell: ({ targetType, targetId, targetName }) => `${targetType} ${targetName ?? targetId}` },
      { title: 'ACTOR ID', cell: ({ actor }) => actor, wide: true },
      { title: 'TARGET ID', cell: ({ targetId }) => targetId, wide: true },
      { title: 'BEFORE', cell: ({ beforeHash }) => beforeHash?.slice(0, 12) ?? '–', wide: true },
      { title: 'AFTER', cell: ({ afterHash }) => afterHash?.slice(0, 12) ?? '–', wide: true },
    ],
    none: 'No changes match.',
    examples: [
      'inlet audit',
      'inlet audit --target docs',
      'inlet audit --actor ops',
      'inlet audit --action source.delete --from 2026-11-01T00:00:00Z -o json',
    ],
  },
}

export const CREDENTIALS: Resource<CredentialView> = {
  noun: 'credentials',
  about: 'secrets that several sources share',
  ref: ({ name }) => name,
  list: {
    about: 'shared credentials, without their secrets',
    path: () => '/v1/credentials',
    filters: [{ flags: '--connector <type>', text: 'only of this connector' }],
    columns: [
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'CONNECTOR', cell: ({ connector }) => connector },
      { title: 'SECRETS', cell: ({ secrets }) => Object.keys(secrets).join(',') },
      { title: 'USED BY', cell: ({ usedBy }) => String(usedBy) },
      { title: 'CHANGED', cell: ({ updatedAt }, { now }) => toRelative(updatedAt, now) },
      { title: 'ID', cell: ({ id }) => id, wide: true },
      { title: 'TARGETS', cell: ({ targets }) => targets.join(' '), wide: true },
    ],
    none: 'No shared credentials. Make one with `inlet credentials create`.',
    examples: ['inlet credentials', 'inlet credentials --connector api -o wide'],
  },
  get: {
    about: 'one credential with the sources that use it',
    argument: '<credential>',
    text: 'name or id',
    path: (ref) => `/v1/credentials/${ref}`,
    lines: (credential: CredentialDetailView, { now }) => [
      ...toPairs([
        ['name', credential.name],
        ['id', credential.id],
        ['connector', credential.connector],
        ['targets', credential.targets.join(', ')],
        ...Object.entries(credential.secrets).map(([name, { updatedAt }]): [string, string] => [
          `secret ${name}`,
          `set ${toRelative(updatedAt, now)}`,
        ]),
      ]),
      ...(credential.sources.length === 0
        ? ['', 'No source uses it.']
        : [
            '',
            ...toTable(
              ['SOURCE', 'STATUS'],
              credential.sources.map(({ slug, status }) => [slug, status]),
            ),
          ]),
    ],
    examples: ['inlet credentials get crm'],
  },
}

export const KEYS: Resource<ApiKeyView> = {
  noun: 'keys',
  about: 'API keys and master keys',
  ref: ({ id }) => id,
  list: {
    about: 'all keys, without their secrets',
    path: () => '/v1/keys',
    columns: [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'SCOPES', cell: ({ scopes }) => scopes.join(',') },
      { title: 'MADE', cell: ({ createdAt }, { now }) => toRelative(createdAt, now) },
      { title: 'USED', cell: ({ lastUsedAt }, { now }) => toRelative(lastUsedAt, now) },
      { title: 'STATE', cell: (key, { now }) => stateOfKey(key, now) },
    ],
    none: 'No keys.',
    examples: ['inlet keys list', 'inlet keys list -o yaml'],
  },
}

const stateOfKey = ({ revokedAt, expiresAt }: ApiKeyView, now: number): string => {
  if (revokedAt !== null) return 'revoked'
  if (expiresAt === null) return 'live'
  return Date.parse(expiresAt) <= now ? 'expired' : `expires ${toRelative(expiresAt, now)}`
}
