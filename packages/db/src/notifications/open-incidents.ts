import type { IncidentKind } from '@inlet/domain'
import type pg from 'pg'

export interface FoundIncident {
  readonly source_id: string
  readonly kind: IncidentKind
  readonly reason: string
  readonly message: string
  readonly next: string
  readonly run_id: string | null
  readonly since: Date
}

// SQL: any number of incidents in one statement.
const OPEN = `
INSERT INTO incidents (source_id, kind, reason, message, next, run_id, since)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::timestamptz[])
ON CONFLICT (source_id, kind) WHERE closed_at IS NULL DO UPDATE SET reason = EXCLUDED.reason, message = EXCLUDED.message, next = EXCLUDED.next, run_id = EXCLUDED.run_id
WHERE (incidents.reason, incidents.message) IS DISTINCT FROM (EXCLUDED.reason, EXCLUDED.message)`

/** Opens incidents; one that is already open is updated to the current problem. */
export const openIncidents = async (client: pg.ClientBase, found: readonly FoundIncident[]): Promise<void> => {
  if (found.length === 0) return
  await client.query(OPEN, [
    found.map((each) => each.source_id),
    found.map(({ kind }) => kind),
    found.map(({ reason }) => reason),
    found.map(({ message }) => message),
    found.map(({ next }) => next),
    found.map((each) => each.run_id),
    found.map(({ since }) => since),
  ])
}

/** Closes the open incidents of a kind, except those of the sources in `except`, if a condition on `i` holds. */
export const closeIncidents = async (
  client: pg.ClientBase,
  { kind, except, when }: { readonly kind: IncidentKind; readonly except: readonly string[]; readonly when: string },
): Promise<void> => {
  await client.query(
    `UPDATE incidents i SET closed_at = clock_timestamp(), closed_as = 'recovered' WHERE kind = $1 AND closed_at IS NULL AND source_id <> ALL($2::uuid[]) AND ${when}`,
    [kind, except],
  )
}
