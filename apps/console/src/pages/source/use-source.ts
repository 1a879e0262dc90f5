import type { SourceDetail, WhyView } from '@inlet/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { client } from '../../api/client.js'
import { useEvents } from '../../api/use-live.js'
import { refreshSource } from './refresh-source.js'

const BUSY_MS = 1_000
const IDLE_MS = 5_000

/** A source and why it is not running, kept up to date while it is shown; often while a run is under way. */
export const useSource = (ref: string) => {
  const queries = useQueryClient()
  const source = useQuery({
    queryKey: ['source', ref, 'detail'],
    queryFn: ({ signal }) => client.call<SourceDetail>('GET', `/v1/sources/${ref}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.activeRun == null ? IDLE_MS : BUSY_MS),
  })
  const why = useQuery({
    queryKey: ['source', ref, 'why'],
    queryFn: ({ signal }) => client.call<WhyView>('GET', `/v1/sources/${ref}/why`, { signal }),
    refetchInterval: ({ state }) => (state.data?.running === true ? BUSY_MS : IDLE_MS),
  })
  const { id, slug } = source.data ?? { id: ref, slug: ref }
  const refresh = (): Promise<void> => refreshSource(queries, { id, slug })
  useEvents((events) => {
    if (events.some(({ sourceId }) => sourceId === id)) void refresh()
  })
  return { source, why, refresh }
}
