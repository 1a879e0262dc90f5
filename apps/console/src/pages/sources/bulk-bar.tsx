import type { BulkAction, SourceLine } from '@inlet/contract'
import { useState } from 'react'
import { messages } from '../../messages.js'
import { formatNumber } from '../../ui/format.js'
import { BULK_ACTIONS } from './bulk-actions.js'
import { BulkDialog } from './bulk-dialog.js'
import type { ClassifiedLine } from './filter-sources.js'
import type { Selection } from './use-selection.js'

interface BulkBarProps {
  readonly lines: readonly SourceLine[]
  readonly matching: readonly ClassifiedLine[]
  readonly selection: Selection
  readonly onBegun: (id: string) => void
}

/** What can be done with the selected sources. */
export const BulkBar = ({ lines, matching, selection, onBegun }: BulkBarProps) => {
  const [begun, setBegun] = useState<{ readonly action: BulkAction; readonly chosen: readonly SourceLine[] } | null>(null)
  const t = messages.sources.bulk
  const chosen = lines.filter(({ id }) => selection.ids.has(id))
  return (
    <div className="bulk" role="toolbar" aria-label={t.title}>
      <strong className="num">{t.selected(formatNumber(chosen.length))}</strong>
      {chosen.length < matching.length && (
        <button type="button" className="button small quiet" onClick={() => selection.set(matching.map(({ line }) => line.id))}>
          {t.selectMatching(formatNumber(matching.length))}
        </button>
      )}
      <span className="grow" />
      {BULK_ACTIONS.map((action) => (
        <button key={action} type="button" className="button small" onClick={() => setBegun({ action, chosen })}>
          {t.actions[action]}
        </button>
      ))}
      <button type="button" className="button small quiet" onClick={() => selection.set([])}>
        {t.clear}
      </button>
      {begun !== null && (
        <BulkDialog
          {...begun}
          onClose={() => setBegun(null)}
          onBegun={(id) => {
            setBegun(null)
            onBegun(id)
          }}
        />
      )}
    </div>
  )
}
