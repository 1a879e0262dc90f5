import type { UploadView } from '@inlet/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ChangeEvent, useState } from 'react'
import { client } from '../api/client.js'
import { listAll } from '../api/list-all.js'
import { messages } from '../messages.js'
import { formatBytes } from '../ui/format.js'
import { ProblemNote } from '../ui/problem.js'

/** What makes an element the control of its field. */
export interface ControlAttributes {
  readonly id: string
  readonly 'aria-invalid': boolean
  readonly 'aria-describedby': string | undefined
  readonly 'data-path': string
}

interface UploadsFieldProps {
  readonly control: ControlAttributes
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

/** Files that are uploaded when they are chosen; the setting holds their ids. */
export const UploadsField = ({ control, value, onChange }: UploadsFieldProps) => {
  const ids = Array.isArray(value) ? value.map(String) : []
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const queries = useQueryClient()
  const known = useQuery({
    queryKey: ['uploads'],
    queryFn: ({ signal }) => listAll<UploadView>('/v1/uploads', { signal }),
  })
  const t = messages.form.uploads
  const set = (next: readonly string[]): void => onChange(next.length === 0 ? undefined : next)

  const upload = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const files = [...(event.target.files ?? [])]
    event.target.value = ''
    setBusy(true)
    setError(null)
    const added: string[] = []
    try {
      for (const file of files) added.push((await client.call<UploadView>('POST', '/v1/uploads', { query: { name: file.name }, body: file })).id)
    } catch (caught) {
      setError(caught)
    } finally {
      setBusy(false)
      set([...ids, ...added])
      await queries.invalidateQueries({ queryKey: ['uploads'] })
    }
  }
  const others = (known.data ?? []).filter(({ id }) => !ids.includes(id))
  return (
    <div className="stack tight">
      {ids.map((id) => {
        const file = known.data?.find((each) => each.id === id)
        return (
          <div key={id} className="row">
            <span className="truncate">{file?.name ?? id}</span>
            {file !== undefined && <span className="faint num">{formatBytes(file.size)}</span>}
            <button
              type="button"
              className="button small quiet"
              aria-label={t.remove(file?.name ?? id)}
              onClick={() => set(ids.filter((each) => each !== id))}
            >
              ×
            </button>
          </div>
        )
      })}
      <input {...control} type="file" multiple className="input file" disabled={isBusy} onChange={(event) => void upload(event)} />
      {isBusy && <p className="hint">{t.busy}</p>}
      {error !== null && <ProblemNote error={error} />}
      {others.length > 0 && (
        <select
          className="input"
          aria-label={t.earlier}
          value=""
          onChange={(event) => {
            if (event.target.value !== '') set([...ids, event.target.value])
          }}
        >
          <option value="">{t.earlier}</option>
          {others.map(({ id, name, size }) => (
            <option key={id} value={id}>
              {name} ({formatBytes(size)})
            </option>
          ))}
        </select>
      )}
    </div>
  )
}
