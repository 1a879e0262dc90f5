import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef } from 'react'
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
  const place = useRef<HTMLDivElement>(null)
  const pages = list.data?.pages.length ?? 0
  const readOn = useRef<number | null>(null)
  // Who asked for more reads on at the first of what came.
  useEffect(() => {
    const first = readOn.current === null ? undefined : rowsIn(place.current)[readOn.current]
    if (first === undefined) return
    readOn.current = null
    const control = first.querySelector<HTMLElement>('[data-row]') ?? first
    if (control === first) first.tabIndex = -1
    control.focus()
  }, [pages])
  if (list.data === undefined) return list.isError ? <ProblemNote error={list.error} onRetry={() => void list.refetch()} /> : <Loading />
  const items = list.data.pages.flatMap((page) => page.items)
  return (
    <div className="stack" ref={place}>
      {list.isError && <ProblemNote error={list.error} onRetry={() => void list.refetch()} />}
      {items.length === 0 ? typeof props.empty === 'string' ? <Empty title={props.empty} /> : props.empty : props.children(items)}
      {list.hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={list.isFetchingNextPage}
          onClick={() => {
            readOn.current = rowsIn(place.current).length
            void list.fetchNextPage()
          }}
        >
          {messages.common.more}
        </button>
      )}
    </div>
  )
}

const rowsIn = (place: HTMLElement | null): readonly HTMLElement[] => [...(place?.querySelectorAll<HTMLElement>('tbody > tr, ul > li') ?? [])]
