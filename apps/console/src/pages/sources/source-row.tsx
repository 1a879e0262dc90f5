import { type MouseEvent, memo, type RefObject, useLayoutEffect, useRef } from 'react'
import { messages } from '../../messages.js'
import { formatNumber } from '../../ui/format.js'
import { Name } from '../../ui/name.js'
import { shownName } from '../../ui/shown-name.js'
import { Time } from '../../ui/time.js'
import { conditionText, problemText, TONES } from './condition.js'
import type { ClassifiedLine } from './filter-sources.js'

interface SourceRowProps {
  readonly classified: ClassifiedLine
  readonly index: number
  readonly top: number
  /** Null where nothing can be done with selected sources. */
  readonly isSelected: boolean | null
  readonly onToggle: (id: string) => void
  readonly onOpen: (slug: string) => void
}

/** What the browser does otherwise: open another tab or window. */
const isPlain = ({ button, ctrlKey, metaKey, shiftKey, altKey }: MouseEvent): boolean => button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey

/** An element that shows another source now lets go of the focus: Enter must not open what nobody has chosen. */
const useBlurOf = (id: string, element: RefObject<HTMLElement | null>): void => {
  const before = useRef(id)
  useLayoutEffect(() => {
    const { activeElement } = document
    if (before.current !== id && activeElement instanceof HTMLElement && element.current?.contains(activeElement)) activeElement.blur()
    before.current = id
  }, [id, element])
}

/** Rendered again only when something of it changes: the list renders at every step of the wheel. */
export const SourceRow = memo(({ classified: { line, condition }, index, top, isSelected, onToggle, onOpen }: SourceRowProps) => {
  const row = useRef<HTMLDivElement>(null)
  useBlurOf(line.id, row)
  return (
    <div
      ref={row}
      className="source-row"
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected ?? undefined}
      data-slug={line.slug}
      style={{ transform: `translateY(${top}px)` }}
      onKeyDown={(event) => {
        if (event.key === 'x' && !event.ctrlKey && !event.metaKey) onToggle(line.id)
      }}
    >
      {isSelected !== null && (
        <span role="cell">
          <input
            type="checkbox"
            aria-label={messages.sources.select(shownName(line.name, { or: line.slug }))}
            checked={isSelected}
            onChange={() => onToggle(line.id)}
          />
        </span>
      )}
      <span role="cell" className="name">
        {/* No Link of the router: each follows the address by itself, and dozens of them are made at every step of the wheel. */}
        <a
          href={`/sources/${line.slug}`}
          data-row
          className="truncate title"
          onClick={(event) => {
            if (!isPlain(event)) return
            event.preventDefault()
            onOpen(line.slug)
          }}
        >
          <Name of={line.name} or={line.slug} />
        </a>
        {line.problem === null || condition !== 'broken' ? (
          <span className="second truncate">
            {line.connector} · {line.slug}
            {Object.entries(line.labels).map(([name, value]) => (
              <span key={name}>
                {' '}
                · {name}:{value}
              </span>
            ))}
          </span>
        ) : (
          <span className="second problem truncate" title={`${line.problem}${line.reason === null ? '' : ` (${line.reason})`}`}>
            {problemText(line)}
          </span>
        )}
      </span>
      <span role="cell" className="condition">
        <span className="state" data-tone={TONES[condition]}>
          {conditionText(line, condition)}
        </span>
      </span>
      <span role="cell" className="success">
        <Time at={line.lastSuccessAt} />
      </span>
      <span role="cell" className="next">
        <Time at={line.nextRunAt} none="–" />
      </span>
      <span role="cell" className="quarantined right num">
        {line.quarantined === 0 ? <span className="faint">–</span> : formatNumber(line.quarantined)}
      </span>
    </div>
  )
})
