import type { WorkerOverview } from '@inlet/db'
import { INCIDENT_KINDS, type IncidentKind, nextStepOf, STEP_OF_WRONG_CLOCK } from '@inlet/domain'
import { type Finding, fail, ok, warn } from './finding.js'

type Process = Pick<WorkerOverview, 'id' | 'role' | 'alive' | 'refuses' | 'problem' | 'reason'>

const NAME = 'processes'

/** Checks that there is a live worker and a live scribe, by their heartbeats. Pure. */
export const classifyProcesses = (known: readonly Process[]): Finding => {
  const alive = known.filter((process) => process.alive)
  const of = (role: Process['role']): readonly Process[] => alive.filter((process) => process.role === role)
  const [workers, scribes] = [of('worker'), of('scribe')]
  if (alive.length === 0) return warn(NAME, 'no worker and no scribe is alive', 'Start them: nothing is read or stored meanwhile.')
  if (workers.length === 0) return fail(NAME, 'no worker is alive', 'Start one, or look into its log: nothing is read meanwhile.')
  if (scribes.length === 0) return fail(NAME, 'no scribe is alive', 'Start one, or look into its log: what is read is not stored meanwhile.')
  const refused = alive.find(({ reason }) => reason != null)
  if (refused !== undefined)
    return fail(NAME, `${refused.role} ${refused.id} cannot store: ${refused.reason}: ${refused.problem ?? ''}`, nextStepOf(refused.reason))
  const skewed = alive.find(({ refuses }) => refuses === 'clock')
  if (skewed !== undefined)
    return fail(NAME, `${skewed.role} ${skewed.id} takes no work: ${skewed.problem ?? 'its clock is wrong'}`, STEP_OF_WRONG_CLOCK)
  const idle = workers.find(({ refuses }) => refuses !== null)
  if (idle !== undefined)
    return fail(NAME, `worker ${idle.id} takes no work: ${idle.problem ?? idle.refuses}`, '`inlet workers` shows all; its log says more.')
  return ok(NAME, `${count(workers.length, 'worker')} and ${count(scribes.length, 'scribe')} alive`)
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

export interface OpenIncident {
  readonly kind: IncidentKind
  /** The slug of its source. */
  readonly source: string
}

const MAX_NAMED = 5

/** Reports how many sources have problems, by kind, and which. Pure. */
export const classifyIncidents = (open: readonly OpenIncident[]): Finding => {
  if (open.length === 0) return ok('incidents', 'none is open')
  const kinds = INCIDENT_KINDS.flatMap((kind) => {
    const sources = open.filter((incident) => incident.kind === kind).map(({ source }) => source)
    const named = sources.slice(0, MAX_NAMED).join(', ')
    return sources.length === 0 ? [] : [`${sources.length} ${kind} (${named}${sources.length > MAX_NAMED ? ', …' : ''})`]
  })
  return warn('incidents', `${open.length} open: ${kinds.join('; ')}`, '`inlet why <source>` says what to do about one; `inlet incidents` lists all.')
}
