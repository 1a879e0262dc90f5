import type { SourceDetail } from '@inlet/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { Dialog } from '../../ui/dialog.js'
import { formatNumber } from '../../ui/format.js'
import { ProblemNote } from '../../ui/problem.js'
import { notify } from '../../ui/toasts.js'

/** Deletes a source once its slug was typed: it says how much goes with it. */
export const DeleteDialog = ({ source, onClose }: { readonly source: SourceDetail; readonly onClose: () => void }) => {
  const [typed, setTyped] = useState('')
  const [error, setError] = useState<unknown>(null)
  const navigate = useNavigate()
  const queries = useQueryClient()
  const id = useId()
  const t = messages.source.remove
  const records = source.streams.reduce((sum, { liveRecords }) => sum + liveRecords, 0)

  const remove = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (typed !== source.slug) return
    try {
      await client.call('DELETE', `/v1/sources/${source.id}`)
      notify(t.done(source.name))
      await navigate({ to: '/sources' })
      await queries.invalidateQueries({ queryKey: ['source-lines'] })
    } catch (caught) {
      setError(caught)
    }
  }
  return (
    <Dialog title={t.title(source.name)} onClose={onClose}>
      <p>{t.consequence(formatNumber(records))}</p>
      {error !== null && <ProblemNote error={error} />}
      <form onSubmit={(event) => void remove(event)} className="bare">
        <div className="field">
          <label htmlFor={id}>{t.type(source.slug)}</label>
          <input
            id={id}
            className="input mono"
            autoFocus
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
        <div className="actions">
          <button type="button" className="button" onClick={onClose}>
            {messages.common.cancel}
          </button>
          <button type="submit" className="button danger" disabled={typed !== source.slug}>
            {t.button}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
