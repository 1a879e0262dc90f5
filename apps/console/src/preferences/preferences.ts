import { useSyncExternalStore } from 'react'

const CHOICES = { theme: ['system', 'light', 'dark'], times: ['relative', 'local', 'utc'] } as const
export type Preference = keyof typeof CHOICES
export type PreferenceValue<P extends Preference> = (typeof CHOICES)[P][number]

const listeners = new Set<() => void>()
const storageKey = (name: Preference): string => `inlet.${name}`

export const readPreference = <P extends Preference>(name: P): PreferenceValue<P> => {
  const choices: readonly string[] = CHOICES[name]
  const stored = localStorage.getItem(storageKey(name))
  return (stored !== null && choices.includes(stored) ? stored : choices[0]) as PreferenceValue<P>
}

export const setPreference = <P extends Preference>(name: P, value: PreferenceValue<P>): void => {
  localStorage.setItem(storageKey(name), value)
  applyTheme()
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const usePreference = <P extends Preference>(name: P): PreferenceValue<P> => useSyncExternalStore(subscribe, () => readPreference(name))

export const choicesOf = <P extends Preference>(name: P): readonly PreferenceValue<P>[] => CHOICES[name]

/** Dark or light: what was chosen, else what the system asks for (CSS decides). */
export const applyTheme = (): void => {
  const theme = readPreference('theme')
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}
