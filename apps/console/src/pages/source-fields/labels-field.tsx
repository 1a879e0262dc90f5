import { useState } from 'react'
import { messages } from '../../messages.js'

type Labels = Readonly<Record<string, string>>

interface LabelsFieldProps {
  readonly value: Labels
  readonly title?: string
  readonly hint?: string
  /** Begins with an empty row. */
  readonly isOpen?: boolean
  readonly error?: string | undefined
  readonly onChange: (value: Labels) => void
}

const toLabels = (pairs: readonly (readonly [string, string])[]): Labels => Object.fromEntries(pairs.filter(([name]) => name !== ''))

/** Labels as rows of a name and a value; a row without a name is not one yet. */
export const LabelsField = ({
  value,
  error,
  onChange,
  title = messages.labels.title,
  hint = messages.labels.hint,
  isOpen = false,
}: LabelsFieldProps) => {
  const [pairs, setPairs] = useState<readonly (readonly [string, string])[]>(() => [...Object.entries(value), ...(isOpen ? [['', ''] as const] : [])])
  const t = messages.labels
  const set = (next: readonly (readonly [string, string])[]): void => {
    setPairs(next)
    onChange(toLabels(next))
  }
  const change = (index: number, pair: readonly [string, string]): void => set(pairs.map((each, at) => (at === index ? pair : each)))
  return (
    <fieldset className="group">
      <legend>{title}</legend>
      <p className="hint">{hint}</p>
      {pairs.map(([name, text], index) => (
        // A row has no identity but its place.
        <div key={index} className="row">
          <input
            className="input"
            aria-label={t.name}
            placeholder={t.name}
            value={name}
            onChange={({ target }) => change(index, [target.value, text])}
          />
          <input
            className="input"
            aria-label={t.value}
            placeholder={t.value}
            value={text}
            onChange={({ target }) => change(index, [name, target.value])}
          />
          <button type="button" className="button small quiet" aria-label={t.remove(name)} onClick={() => set(pairs.filter((_, at) => at !== index))}>
            ×
          </button>
        </div>
      ))}
      {error !== undefined && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
      <button type="button" className="button small" onClick={() => setPairs([...pairs, ['', '']])}>
        {t.add}
      </button>
    </fieldset>
  )
}
