import type { SourceDetail } from '@inlet/contract'
import { useCallback, useState } from 'react'
import type { Values } from '../../form/schema.js'
import type { MappingValue } from '../mapping/mapping-value.js'
import type { SourceFieldValues } from '../source-fields/source-fields.js'
import { diffValues } from './diff-values.js'
import { mergeValues } from './merge-values.js'

/** What of a source can be edited; secrets are not among it, since it is kept in the storage of the tab. */
export interface Editable extends SourceFieldValues {
  readonly config: Values
  readonly mapping: MappingValue | null
  readonly credential: string | null
}

export interface Edits {
  readonly base: { readonly revision: number; readonly values: Editable }
  readonly values: Editable
}

export const toEditable = ({ name, labels, freshWithin, schedule, language, config, mapping, credential }: SourceDetail): Editable => ({
  name,
  labels,
  freshWithin,
  schedule,
  language,
  config,
  mapping,
  credential: credential?.name ?? null,
})

/** The members that were changed: what somebody else did to the others meanwhile stays. */
export const changesOf = ({ base, values }: Edits): Partial<Editable> =>
  Object.fromEntries(Object.entries(values).filter(([name, value]) => diffValues((base.values as unknown as Values)[name], value, name).length > 0))

/** The same on top of what somebody else has made of the source meanwhile. */
export const changesOnto = ({ base, values }: Edits, theirs: Editable): Partial<Editable> =>
  Object.fromEntries(
    Object.keys(changesOf({ base, values })).map((name) => {
      const [before, mine, now] = [base.values, values, theirs].map((each) => (each as unknown as Values)[name])
      return [name, mergeValues(before, mine, now)]
    }),
  )

const read = (key: string): Edits | null => {
  try {
    const stored = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Edits | null
    return stored?.values === undefined ? null : stored
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
