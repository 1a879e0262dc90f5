import { useSyncExternalStore } from 'react'
import { ApiError } from '../api/api-error.js'
import { messages } from '../messages.js'
import { ProblemNote } from './problem.js'

export interface Offer {
  readonly label: string
  readonly act: () => Promise<unknown>
}

/** Restores what was there before. */
export const undoBy = (act: Offer['act']): Offer => ({ label: messages.common.undo, act })

interface Toast {
  readonly id: number
  readonly text: string | null
  readonly error: unknown
  /** What is offered after what was done; null for nothing. */
  readonly offer: Offer | null
}

const SHOWN_MS = 6_000
/** Time enough to see that it was the wrong one. */
const SHOWN_WITH_OFFER_MS = 12_000
let toasts: readonly Toast[] = []
let nextId = 1
const listeners = new Set<() => void>()
const set = (next: readonly Toast[]): void => {
  toasts = next
  for (const listener of listeners) listener()
}
const remove = (id: number): void => set(toasts.filter((toast) => toast.id !== id))
const add = (toast: Omit<Toast, 'id'>): number => {
  const id = nextId++
  set([...toasts.slice(-3), { ...toast, id }])
  return id
}

/** Says that something was done, and offers a way back where there is one; goes by itself. */
export const notify = (text: string, offer: Offer | null = null): void => {
  const id = add({ text, error: null, offer })
  setTimeout(() => remove(id), offer === null ? SHOWN_MS : SHOWN_WITH_OFFER_MS)
}

/** Says what failed; stays until it is closed. */
export const notifyError = (error: unknown): void => {
  if (error instanceof ApiError && error.status === 401) return
  add({ text: null, error, offer: null })
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const Toasts = () => {
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <div className="toasts" aria-live="polite">
      {shown.map(({ id, text, error, offer }) =>
        text === null ? (
          <div key={id} className="toast">
            <ProblemNote error={error} />
            <button type="button" className="button small" onClick={() => remove(id)}>
              {messages.common.close}
            </button>
          </div>
        ) : (
          <output key={id} className="note" data-tone="ok">
            <span className="row between">
              {text}
              {offer !== null && (
                <button
                  type="button"
                  className="button small"
                  onClick={() => {
                    remove(id)
                    offer.act().catch(notifyError)
                  }}
                >
                  {offer.label}
                </button>
              )}
            </span>
          </output>
        ),
      )}
    </div>
  )
}
