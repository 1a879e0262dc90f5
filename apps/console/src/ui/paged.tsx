import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { type CallOptions, client } from '../api/client.js'
import { messages } from '../messages.js'
import { ProblemNote } from './problem.js'
import { Empty, Loading } from './states.js'

interface Items<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

interface PagedProps<T> {
  readonly queryKey: QueryKey
  readonly path: string
  readonly query?: CallOptions['query']
  readonly refetchMs?: number
  /** What an empty list says. */
  readonly empty: ReactNode
  readonly children: (items: readonly T[]) => ReactNode
}

/** A list of the API page by page, with its waiting, empty and failed states. */
export const Paged = <T,>(props: PagedProps<T>) => {
  const list = useInfiniteQuery({
    queryKey: props.queryKey,
    queryFn: ({ pageParam, signal }) => client.call<Items<T>>('GET', props.path, { query: { ...props.query, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Items<T>) => page.nextCursor,
    refetchInterval: props.refetchMs ?? false,
  })
  if (list.data === undefined) return list.isError ? <ProblemNote error={list.error} onRetry={() => void list.refetch()} /> : <Loading />
  const items = list.data.pages.flatMap((page) => page.items)
  return (
    <div className="stack">
      {list.isError && <ProblemNote error={list.error} onRetry={() => void list.refetch()} />}
      {items.length === 0 ? typeof props.empty === 'string' ? <Empty title={props.empty} /> : props.empty : props.children(items)}
      {list.hasNextPage && (
        <button type="button" className="button" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {messages.common.more}
        </button>
      )}
    </div>
  )
}
