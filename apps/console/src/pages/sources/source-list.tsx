import { useNavigate } from '@tanstack/react-router'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useLayoutEffect, useRef, useState } from 'react'
import { messages } from '../../messages.js'
import type { ClassifiedLine, Sort } from './filter-sources.js'
import { SourceRow } from './source-row.js'
import { useRowKeys } from './use-row-keys.js'
import type { Selection } from './use-selection.js'

const ROW_PX = 54

interface SourceListProps {
  readonly rows: readonly ClassifiedLine[]
  /** Null where nothing can be done with selected sources. */
  readonly selection: Selection | null
  readonly sort: Sort
  readonly onSort: (sort: Sort) => void
  /** Somebody points at a row: it must not move now. */
  readonly onHold: (isHeld: boolean) => void
}

/** Only the rows in sight are in the page, however many there are. */
export const SourceList = ({ rows, selection, sort, onSort, onHold }: SourceListProps) => {
  const ref = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  useLayoutEffect(() => setTop((ref.current?.getBoundingClientRect().top ?? 0) + window.scrollY), [])
  const list = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PX,
    overscan: 6,
    scrollMargin: top,
  })
  const toggle = useRef(selection?.toggle)
  useLayoutEffect(() => {
    toggle.current = selection?.toggle
  })
  // The same function for ever, so that rows need not be rendered again.
  const onToggle = useCallback((id: string) => toggle.current?.(id), [])
  const navigate = useNavigate()
  const onOpen = useCallback((slug: string) => void navigate({ to: '/sources/$ref', params: { ref: slug } }), [navigate])
  const t = messages.sources
  const inSight = list.getVirtualItems().flatMap((item) => {
    const classified = rows[item.index]
    return classified === undefined ? [] : [{ item, classified }]
  })
  const keys = useRowKeys(inSight.map(({ classified }) => classified.line.id))
  const head = (label: string, by: Sort, className: string) => (
    <span role="columnheader" className={className} aria-sort={sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : 'none'}>
      <button
        type="button"
        onClick={() => onSort(sort === 'name' && by === 'name' ? '-name' : sort === 'success' && by === 'success' ? '-success' : by)}
      >
        {label}
        {sort === by ? ' ↑' : sort === `-${by}` ? ' ↓' : ''}
      </button>
    </span>
  )
  return (
    <div className="panel source-list" data-selects={selection !== null} role="table" aria-label={t.title} aria-rowcount={rows.length + 1}>
      <div className="source-row head" role="row">
        {selection !== null && <SelectAll rows={rows} selection={selection} />}
        {head(t.columns.name, 'name', 'name')}
        {head(t.columns.state, 'worst', 'condition')}
        {head(t.columns.success, 'success', 'success')}
        {head(t.columns.next, 'next', 'next')}
        {head(t.columns.quarantined, 'quarantined', 'quarantined right')}
      </div>
      <div
        ref={ref}
        className="source-rows"
        data-lets-go
        role="rowgroup"
        style={{ height: list.getTotalSize() }}
        onPointerEnter={() => onHold(true)}
        onPointerLeave={() => onHold(false)}
        onFocus={() => onHold(true)}
        onBlur={() => onHold(false)}
      >
        {inSight.map(({ item, classified }) => (
          <SourceRow
            key={keys.get(classified.line.id)}
            classified={classified}
            index={item.index}
            top={item.start - top}
            isSelected={selection?.ids.has(classified.line.id) ?? null}
            onToggle={onToggle}
            onOpen={onOpen}
          />
        ))}
      </div>
    </div>
  )
}

const SelectAll = ({ rows, selection }: { readonly rows: readonly ClassifiedLine[]; readonly selection: Selection }) => {
  const isAll = rows.every(({ line }) => selection.ids.has(line.id))
  return (
    <span role="columnheader">
      <input
        type="checkbox"
        aria-label={messages.sources.selectAll}
        checked={isAll}
        onChange={() => selection.set(isAll ? [] : rows.map(({ line }) => line.id))}
      />
    </span>
  )
}
