import type { IncidentGroup, IncidentGroups } from '@inlet/contract'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { client } from '../../api/client.js'

/** Open incidents by cause, read again every ten seconds. */
export const useIncidentGroups = (): UseQueryResult<IncidentGroups> =>
  useQuery({
    queryKey: ['incidents', 'groups'],
    queryFn: ({ signal }) => client.call<IncidentGroups>('GET', '/v1/overview/incidents', { signal }),
    refetchInterval: 10_000,
  })

/** How the list of sources calls the cause, where it knows it: what is found together there can be acted on together. */
export const causeOf = ({ kind, reason }: IncidentGroup): string | null =>
  kind === 'error' ? reason : kind === 'stale' ? 'stale' : kind === 'quarantine' ? 'quarantined' : null
