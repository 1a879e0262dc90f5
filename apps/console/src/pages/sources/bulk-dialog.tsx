import type { SourceLine } from '@inlet/contract'
import { useEffect, useRef, useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { Dialog } from '../../ui/dialog.js'
import { formatNumber } from '../../ui/format.js'
import { actOnAll, type BulkAction, type BulkResult, effectOf } from './bulk-actions.js'

interface BulkDialogProps {
  readonly action: BulkAction
  readonly chosen: readonly SourceLine[]
  readonly onClose: () => void
}

/** Shows what an action would do, does it, and says what came of it for each source. */
export const BulkDialog = ({ action, chosen, onClose }: BulkDialogProps) => {
  const [results, setResults] = useState<readonly BulkResult[] | null>(null)
  const stop = useRef(new AbortController())
  useEffect(() => {
    const controller = stop.current
    return () => controller.abort()
  }, [])
  const t = messages.sources.bulk
  const by = (effect: string): number => chosen.filter((line) => effectOf(action, line) === effect).length
  const targets = chosen.filter((line) => effectOf(action, line) !== 'nothing')

  const act = async (lines: readonly SourceLine[]): Promise<void> => {
    stop.current = new AbortController()
    setResults([])
    await actOnAll(lines, (line) => client.call('POST', `/v1/sources/${line.id}/${action}`, action === 'run' ? { body: {} } : {}), {
      signal: stop.current.signal,
      onResult: (result) => setResults((before) => [...(before ?? []), result]),
    })
  }
  const failed = (results ?? []).filter(({ error }) => error !== null)
  const [total, setTotal] = useState(targets.length)
  const isOver = results !== null && results.length === total

  return (
    <Dialog title={t.question(t.actions[action], formatNumber(chosen.length))} onClose={onClose}>
      {results === null ? (
        <ul className="stack tight">
          <li>{t.effects.changes[action](formatNumber(by('changes')))}</li>
          {by('nothing') > 0 && <li className="muted">{t.effects.nothing(formatNumber(by('nothing')))}</li>}
          {by('refused') > 0 && <li className="muted">{t.effects.refused(formatNumber(by('refused')))}</li>}
        </ul>
      ) : (
        <div className="stack tight">
          <p role="status">
            {isOver
              ? t.done(formatNumber(total - failed.length), formatNumber(failed.length))
              : t.progress(formatNumber(results.length), formatNumber(total))}
          </p>
          {!isOver && <progress max={total} value={results.length} aria-label={t.title} />}
          <ul className="bulk-results">
            {failed.map(({ line, error }) => (
              <li key={line.id}>
                <strong>{line.name}</strong> <span className="muted">{error instanceof Error ? error.message : String(error)}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className="actions">
        {isOver && failed.length > 0 && (
          <button
            type="button"
            className="button"
            onClick={() => {
              setTotal(failed.length)
              void act(failed.map(({ line }) => line))
            }}
          >
            {t.again(formatNumber(failed.length))}
          </button>
        )}
        <button type="button" className="button" onClick={onClose} autoFocus={results === null}>
          {results === null ? messages.common.cancel : isOver ? messages.common.close : t.stop}
        </button>
        {results === null && (
          <button type="button" className="button primary" disabled={targets.length === 0} onClick={() => void act(targets)}>
            {t.actions[action]}
          </button>
        )}
      </div>
    </Dialog>
  )
}
