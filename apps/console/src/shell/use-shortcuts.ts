import { useEffect, useEffectEvent } from 'react'
import { PAGES } from './pages.js'

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio], [type=file]), textarea, select'))

/** Moves the focus to the next or previous row of the page; its link opens with Enter as any link does. */
const moveRow = (step: 1 | -1): void => {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')]
  // Its checkbox or a button may have the focus.
  const from = document.activeElement?.matches('[data-row]') === true ? document.activeElement : document.activeElement?.closest('li, tr, [role=row]')
  const at = rows.findIndex((row) => row === from || from?.contains(row) === true)
  const next = rows[at === -1 ? (step === 1 ? 0 : rows.length - 1) : at + step]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}

/** What lies over the page, one at a time. */
export type Overlay = 'palette' | 'keys'

interface ShortcutTargets {
  readonly open: (overlay: Overlay) => void
  readonly go: (to: string) => void
}

/** The keys that mean the same on every page. */
export const useShortcuts = ({ open, go }: ShortcutTargets): void => {
  const onKey = useEffectEvent((event: KeyboardEvent, chord: { at: number }): void => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      open('palette')
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (isTyping(event.target)) {
      if (event.key === 'Escape') {
        // Browsers empty a search field, and what was found would be gone.
        event.preventDefault()
        ;(event.target as HTMLElement).blur()
      }
      return
    }
    if (performance.now() - chord.at < 1_000) {
      chord.at = -Infinity
      const page = PAGES.find(({ key }) => key === event.key)
      if (page !== undefined) return go(page.to)
    }
    if (event.key === 'g') chord.at = performance.now()
    else if (event.key === '?') open('keys')
    else if (event.key === 'j') moveRow(1)
    else if (event.key === 'k') moveRow(-1)
    else if (event.key === '/') {
      const search = document.querySelector<HTMLInputElement>('main input[type=search]')
      if (search === null) return
      event.preventDefault()
      search.focus()
      search.select()
    }
  })
  useEffect(() => {
    const chord = { at: -Infinity }
    const listener = (event: KeyboardEvent): void => onKey(event, chord)
    document.addEventListener('keydown', listener)
    return () => document.removeEventListener('keydown', listener)
  }, [])
}
