import { type RefObject, useEffect } from 'react'
import { useSearch } from '../../ui/use-search.js'

const CONTROL = 'input, select, textarea'
const SECRET = '[data-path^="secrets."]'

/** Puts the focus where the address asks for it (`at`), once: into the secrets of a form, or its first field. */
export const useFieldsAskedFor = (form: RefObject<HTMLElement | null>): void => {
  const [{ at }, setSearch] = useSearch()
  useEffect(() => {
    if (at === undefined) return
    const first = form.current?.querySelector<HTMLElement>(CONTROL)
    const control = (at === 'secrets' ? form.current?.querySelector<HTMLElement>(SECRET) : null) ?? first
    control?.focus({ preventScroll: true })
    control?.scrollIntoView({ block: 'center' })
    setSearch({ at: null })
  }, [at, form, setSearch])
}
