import type { SourceDetail } from '@inlet/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId, useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { formatNumber } from '../../ui/format.js'
import { shownName } from '../../ui/shown-name.js'
import { notify } from '../../ui/toasts.js'

/** Deletes a source once its slug was typed: it says how much goes with it. */
export const DeleteDialog = ({ source, onClose }: { readonly source: SourceDetail; readonly onClose: () => void }) => {
  const [typed, setTyped] = useState('')
  const navigate = useNavigate()
  const queries = useQueryClient()
  const id = useId()
  const t = messages.source.remove
  const records = source.streams.reduce((sum, { liveRecords }) => sum + liveRecords, 0)

  const remove = async (): Promise<void> => {
    if (typed !== source.slug) return
    await client.call('DELETE', `/v1/sources/${source.id}`)
    notify(t.done(shownName(source.name, { or: source.slug })))
    await navigate({ to: '/sources' })
    await queries.invalidateQueries({ queryKey: ['source-lines'] })
  }
  return (
    <FormDialog
      title={t.title(shownName(source.name, { or: source.slug }))}
      submit={t.button}
      isDanger
      isDisabled={typed !== source.slug}
      onClose={onClose}
      onSubmit={remove}
    >
      {() => (
        <>
          <p>{t.consequence(formatNumber(records))}</p>
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
        </>
      )}
    </FormDialog>
  )
}
