import { useCallback, useState } from 'react'
import type { Values } from '../../form/schema.js'

/** What somebody edits of a source; secrets are not among it, since it is kept in the storage of the tab. */
export interface Edits {
  readonly base: { readonly revision: number; readonly config: Values }
  readonly config: Values
}

const read = (key: string): Edits | null => {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as Edits | null
  } catch {
    return null
  }
}

/** Edits that are not saved yet: they survive leaving the page, a reload and an ended session. */
export const useEdits = (ref: string): readonly [Edits | null, (edits: Edits | null) => void] => {
  const key = `inlet.edits.${ref}`
  const [edits, setEdits] = useState(() => read(key))
  const set = useCallback(
    (next: Edits | null): void => {
      if (next === null) sessionStorage.removeItem(key)
      else sessionStorage.setItem(key, JSON.stringify(next))
      setEdits(next)
    },
    [key],
  )
  return [edits, set]
}
