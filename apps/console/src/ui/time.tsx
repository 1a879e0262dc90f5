import { useSyncExternalStore } from 'react'
import { messages } from '../messages.js'
import { usePreference } from '../preferences/preferences.js'
import { formatExact, formatMoment } from './format.js'
import { formatRelative } from './format-relative.js'

const TICK_MS = 10_000
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time of this browser, moving every ten seconds: all texts of a page move together. */
export const useNow = (): Date => new Date(useSyncExternalStore(subscribe, () => now))

/** The common clock is behind by up to ten seconds: what has happened since lies in no future. */
const relativeTo = (moment: Date, present: Date): Date => (moment > present && moment.getTime() <= Date.now() ? moment : present)

/** A moment as the reader likes it; exactly, in both zones, when pointed at. */
export const Time = ({ at, none = messages.common.never }: { readonly at: string | null; readonly none?: string }) => {
  const style = usePreference('times')
  const present = useNow()
  if (at === null) return <span className="faint">{none}</span>
  const moment = new Date(at)
  const text =
    style === 'relative' ? formatRelative(moment, relativeTo(moment, present)) : formatMoment(moment, present, style === 'utc' ? 'UTC' : undefined)
  return (
    <time dateTime={at} title={`${formatExact(moment)}\n${formatExact(moment, 'UTC')}`} className="nowrap num">
      {text}
    </time>
  )
}
