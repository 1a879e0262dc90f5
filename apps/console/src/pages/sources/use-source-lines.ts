import type { SourceLine, SourceLines } from '@inlet/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { client } from '../../api/client.js'
import { useEvents, useLiveState } from '../../api/use-live.js'
import { sourceLinesQuery } from './source-lines-query.js'

const KEY = sourceLinesQuery.queryKey
const MAX_IDS = 200
/** What no event says, such as a source that turns stale or a deletion elsewhere, shows after this. */
const REFETCH_MS = 60_000
const CHANGE_MS = 300
const RECENT_MS = 5_000

/** All sources, kept up to date: what an event names is read again, and nothing else. */
export const useSourceLines = () => {
  const queries = useQueryClient()
  const changed = useRef(new Set<string>())
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const liveState = useLiveState()

  const refresh = async (): Promise<void> => {
    timer.current = undefined
    const ids = [...changed.current]
    changed.current.clear()
    if (ids.length > MAX_IDS) return queries.invalidateQueries({ queryKey: KEY })
    const fresh = await client.call<SourceLines>('GET', '/v1/overview/sources', { query: { id: ids } })
    queries.setQueryData<SourceLines>(KEY, (known) => (known === undefined ? known : withItems(known, merge(known.items, fresh.items, ids))))
  }
  useEvents((events) => {
    for (const { sourceId } of events) if (sourceId !== null) changed.current.add(sourceId)
    // A failure shows at the next full reading, which the query reports.
    if (changed.current.size > 0) timer.current ??= setTimeout(() => void refresh().catch(() => undefined), CHANGE_MS)
  })
  useEffect(() => () => clearTimeout(timer.current), [])

  // Events say that a run started and ended, but not that it waits for a worker: what is under way is asked for.
  useQuery({
    queryKey: ['source-lines-recent'],
    queryFn: async ({ signal }) => {
      const recent = await client.call<SourceLines>('GET', '/v1/overview/sources', { query: { recent: true }, signal })
      const present = new Set(recent.items.map(({ id }) => id))
      queries.setQueryData<SourceLines>(KEY, (known) => {
        if (known === undefined) return known
        for (const { id, state } of known.items) if (!present.has(id) && (state === 'RUNNING' || state === 'STARTING')) changed.current.add(id)
        return withItems(known, merge(known.items, recent.items, []))
      })
      if (changed.current.size > 0) timer.current ??= setTimeout(() => void refresh().catch(() => undefined), CHANGE_MS)
      return recent.at
    },
    // The whole list is asked for at the same time: this follows later.
    initialData: '',
    staleTime: RECENT_MS,
    refetchInterval: RECENT_MS,
    retry: false,
  })

  const wasLost = useRef(false)
  useEffect(() => {
    if (liveState === 'live' && wasLost.current) void queries.invalidateQueries({ queryKey: KEY })
    wasLost.current = liveState === 'lost'
  }, [liveState, queries])

  return useQuery({ ...sourceLinesQuery, refetchInterval: REFETCH_MS })
}

const withItems = (known: SourceLines, items: readonly SourceLine[]): SourceLines =>
  items === known.items ? known : { at: known.at, items: [...items] }

/**
 * The known lines with the fresh ones in their places; those that were asked for and are no more are left out. What says the same stays the same
 * object, down to the list as a whole: what is made of thousands of lines is not made again.
 */
export const merge = (known: readonly SourceLine[], fresh: readonly SourceLine[], requestedIds: readonly string[]): readonly SourceLine[] => {
  const present = new Map(known.map((line) => [line.id, line]))
  const hasChanged = (line: SourceLine): boolean => JSON.stringify(line) !== JSON.stringify(present.get(line.id))
  const byId = new Map(fresh.filter(hasChanged).map((line) => [line.id, line]))
  const received = new Set(fresh.map(({ id }) => id))
  const removed = new Set(requestedIds.filter((id) => !received.has(id) && present.has(id)))
  if (byId.size + removed.size === 0) return known
  const updated = known.filter(({ id }) => !removed.has(id)).map((line) => byId.get(line.id) ?? line)
  return [...updated, ...fresh.filter(({ id }) => !present.has(id))]
}
