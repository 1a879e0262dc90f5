import { useEffect } from 'react'
import { canHave, type Focused, heirOf, isOver, toFocused } from './lost-focus.js'

/** A control that is off no longer than this is only busy. */
const BUSY_MS = 600

const hasNobody = (): boolean => document.activeElement === null || document.activeElement === document.body

const give = (heir: HTMLElement, isShown: boolean): void => {
  if (!heir.matches('a, button, input, select, textarea, summary, [tabindex]')) heir.tabIndex = -1
  heir.focus({ preventScroll: true })
  if (isShown) heir.scrollIntoView({ block: 'nearest' })
}

/** Follows the focus of the page until it is stopped. */
const follow = (): (() => void) => {
  let last: Focused | null = null
  /** Where the focus waits for a control that is off. */
  let waitsAt: Element | null = null
  let off: HTMLElement | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const onFocus = ({ target }: FocusEvent): void => {
    if (!(target instanceof HTMLElement) || target === waitsAt) return
    clearTimeout(timer)
    waitsAt = null
    off = null
    const before = last?.places[0]?.element
    last = toFocused(target, !isOver(target) ? null : before !== undefined && isOver(before) ? (last?.below ?? null) : last)
  }
  const handOn = (from: Focused): void => {
    const heir = heirOf(from)
    if (heir === null) return
    waitsAt = off === null ? null : heir
    give(heir, from.isShown)
  }
  const onChange = (): void => {
    const element = last?.places[0]?.element
    if (last === null || element === undefined) return
    const { activeElement } = document
    if (activeElement !== element && activeElement !== waitsAt && !hasNobody()) return
    if (canHave(last)) {
      clearTimeout(timer)
      if (off === element && activeElement !== element) give(element, last.isShown)
      off = null
      waitsAt = null
    } else if (element.isConnected) {
      if (off === element) return
      off = element
      const from = last
      timer = setTimeout(() => {
        if (off === element && element.isConnected && (document.activeElement === element || hasNobody())) handOn(from)
      }, BUSY_MS)
    } else {
      off = null
      clearTimeout(timer)
      // Where the focus has waited it can stay.
      if (waitsAt?.isConnected === true && activeElement === waitsAt) waitsAt = null
      else if (!last.places.some(({ element: place }) => place.dataset['letsGo'] !== undefined && place.isConnected)) handOn(last)
    }
  }
  const observer = new MutationObserver(onChange)
  observer.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] })
  document.addEventListener('focusin', onFocus)
  return () => {
    observer.disconnect()
    clearTimeout(timer)
    document.removeEventListener('focusin', onFocus)
  }
}

/**
 * Keeps the focus in the page when what has it goes away, or is switched off: browsers give it to nobody then, and who uses the keyboard or hears
 * the page begins at its top again. What `data-lets-go` marks gives it up: nobody has chosen what would come after it.
 */
export const useLostFocus = (): void => useEffect(follow, [])
