import { INCIDENT_KINDS, type IncidentKind } from '@inlet/domain'
import { type Finding, ok, warn } from './finding.js'

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
