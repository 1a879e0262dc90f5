import type { BulkAction, SourceLine } from '@inlet/contract'
import { client } from '../../api/client.js'

export const BULK_ACTIONS = ['run', 'start', 'stop', 'pause', 'resume', 'label'] as const satisfies readonly BulkAction[]

export interface LabelChange {
  readonly set: Readonly<Record<string, string>>
  readonly remove: readonly string[]
}

export interface BulkRequest {
  readonly action: BulkAction
  /** For `label`. */
  readonly labels?: LabelChange | undefined
}

/** Begins an action on many sources, named by their ids; answers the id of the operation. Throws ApiError. */
export const beginBulk = async (request: BulkRequest, sources: readonly string[]): Promise<string> =>
  (await client.call<{ readonly id: string }>('POST', '/v1/bulk-operations', { body: { ...request, sources } })).id

/** What an action would do to a source, as far as its line says; the API decides. */
export type Effect = 'changes' | 'nothing' | 'refused'

const isOff = ({ status }: SourceLine): boolean => status === 'PAUSED' || status === 'STOPPED'
const isActive = ({ state }: SourceLine): boolean => state === 'RUNNING' || state === 'STARTING'

const EFFECTS: Readonly<Record<Exclude<BulkAction, 'label'>, (line: SourceLine) => Effect>> = {
  run: (line) => (isOff(line) || isActive(line) ? 'refused' : 'changes'),
  start: (line) => (line.status === 'ACTIVE' && isActive(line) ? 'nothing' : 'changes'),
  stop: ({ status }) => (status === 'STOPPED' ? 'nothing' : 'changes'),
  pause: (line) => (isOff(line) ? 'nothing' : 'changes'),
  resume: ({ status }) => (status === 'STOPPED' ? 'refused' : status === 'ACTIVE' ? 'nothing' : 'changes'),
}

export const effectOf = ({ action, labels }: BulkRequest, line: SourceLine): Effect => {
  if (action !== 'label') return EFFECTS[action](line)
  const isSet = Object.entries(labels?.set ?? {}).some(([name, value]) => line.labels[name] !== value)
  return isSet || labels?.remove.some((name) => Object.hasOwn(line.labels, name)) ? 'changes' : 'nothing'
}
