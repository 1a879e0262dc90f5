import { useState } from 'react'
import { messages } from '../../messages.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { Name } from '../../ui/name.js'
import { shownName } from '../../ui/shown-name.js'
import { useSearch } from '../../ui/use-search.js'
import { TextField } from '../source-fields/text-field.js'
import { isSameFilter, readSaved, SAVED_FILTERS_KEY, type SavedFilter, toChange, toFilterSearch, withFilter } from './saved-filter.js'

/** Filters of this browser, each one press away. */
export const SavedFilters = () => {
  const [search, setSearch] = useSearch()
  const [saved, setSaved] = useState(() => readSaved(localStorage.getItem(SAVED_FILTERS_KEY)))
  const [isNaming, setNaming] = useState(false)
  const [name, setName] = useState('')
  const current = toFilterSearch(search)
  const isSaved = saved.some((one) => isSameFilter(one.search, current))
  const t = messages.sources.saved
  const keep = (next: readonly SavedFilter[]): void => {
    localStorage.setItem(SAVED_FILTERS_KEY, JSON.stringify(next))
    setSaved(next)
  }
  const canSave = Object.keys(current).length > 0 && !isSaved
  if (saved.length === 0 && !canSave) return null
  return (
    <fieldset className="chips">
      <legend className="visually-hidden">{t.title}</legend>
      {saved.map((one) => (
        <span key={one.name} className="chip">
          <button type="button" aria-pressed={isSameFilter(one.search, current)} onClick={() => setSearch(toChange(one.search))}>
            <Name of={one.name} max={40} />
          </button>
          <button
            type="button"
            className="remove"
            aria-label={t.remove(shownName(one.name, { max: 40 }))}
            onClick={() => keep(saved.filter((each) => each.name !== one.name))}
          >
            ×
          </button>
        </span>
      ))}
      {canSave && (
        <button type="button" className="save" onClick={() => setNaming(true)}>
          {t.save}
        </button>
      )}
      {isNaming && (
        <FormDialog
          title={t.save.replace('…', '')}
          isDisabled={name.trim() === ''}
          onClose={() => setNaming(false)}
          onSubmit={() => {
            keep(withFilter(saved, { name: name.trim(), search: current }))
            setName('')
            setNaming(false)
            return Promise.resolve()
          }}
        >
          {() => <TextField label={t.name} hint={t.nameHint} value={name} isRequired onChange={setName} />}
        </FormDialog>
      )}
    </fieldset>
  )
}
