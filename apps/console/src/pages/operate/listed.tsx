import type { QueryKey } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { CallOptions } from '../../api/client.js'
import { Paged } from '../../ui/paged.js'
import { Empty } from '../../ui/states.js'

interface ListedProps<T> {
  readonly queryKey: QueryKey
  readonly path: string
  readonly query?: CallOptions['query']
  readonly refetchMs?: number
  readonly none: string
  readonly noneHint?: string
  readonly head: readonly string[]
  /** As many cells as there are heads. */
  readonly row: (item: T) => readonly ReactNode[]
  readonly keyOf: (item: T) => string
}

/** A list of the API as a table. */
export const Listed = <T,>({ none, noneHint, head, row, keyOf, ...list }: ListedProps<T>) => (
  <Paged<T> {...list} empty={<Empty title={none}>{noneHint !== undefined && <p>{noneHint}</p>}</Empty>}>
    {(items) => (
      <div className="panel table-wrap" tabIndex={0}>
        <table className="table stacks">
          <thead>
            <tr>
              {head.map((text) => (
                <th key={text}>{text}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={keyOf(item)}>
                {row(item).map((cell, index) => (
                  <td key={head[index]} data-label={head[index]}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )}
  </Paged>
)
