import { useCallback, useState } from 'react'

/** A value that survives leaving the page and a reload; null forgets it. Nothing secret belongs here: it is in the storage of the tab. */
export const useKept = <T>(key: string, initial: T): readonly [T, (value: T | null) => void] => {
  const [value, setValue] = useState<T>(() => {
    const stored = sessionStorage.getItem(key)
    return stored === null ? initial : (JSON.parse(stored) as T)
  })
  const set = useCallback(
    (next: T | null): void => {
      if (next === null) return sessionStorage.removeItem(key)
      sessionStorage.setItem(key, JSON.stringify(next))
      setValue(next)
    },
    [key],
  )
  return [value, set]
}
