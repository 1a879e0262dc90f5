import { useEffect, useRef, useState } from 'react'
import { client, toQuery } from '../api/client.js'
import { toCurl } from '../api/shell-text.js'
import { messages } from '../messages.js'
import { notify, notifyError } from './toasts.js'

/** The request behind a view, and how the same is had otherwise. */
export interface CopyTarget {
  /** Of the API, e.g. /v1/sources. */
  readonly path: string
  readonly query?: Parameters<typeof toQuery>[0]
  /** A command of `inlet`, where there is one for it. */
  readonly cli?: string
  /** What of the answer is written as YAML; all of it when absent. */
  readonly toYaml?: (answer: never) => unknown
}

/** What the page shows can be had from a shell, or as a file. */
export const CopyMenu = ({ target }: { readonly target: CopyTarget }) => {
  const [isOpen, setOpen] = useState(false)
  const ref = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const close = (event: Event): void => {
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !ref.current?.contains(event.target as Node)) setOpen(false)
    }
    const events = isOpen ? (['pointerdown', 'keydown', 'focusin'] as const) : []
    for (const name of events) document.addEventListener(name, close)
    return () => {
      for (const name of events) document.removeEventListener(name, close)
    }
  }, [isOpen])
  const path = target.path + toQuery(target.query)
  const copy = async (text: string | Promise<string>): Promise<void> => {
    setOpen(false)
    try {
      await navigator.clipboard.writeText(await text)
      notify(messages.copy.done)
    } catch (error) {
      notifyError(error)
    }
  }
  const toYaml = async (): Promise<string> => {
    const [{ stringify }, answer] = await Promise.all([import('yaml'), client.call<never>('GET', path)])
    return stringify(target.toYaml?.(answer) ?? answer)
  }
  const t = messages.copy
  return (
    <span className="menu" ref={ref}>
      <button type="button" className="button quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {t.menu}
      </button>
      {isOpen && (
        <ul aria-label={t.menu}>
          <li>
            <button type="button" onClick={() => void copy(toCurl({ method: 'GET', path }, location.origin))}>
              {t.curl}
            </button>
          </li>
          {target.cli !== undefined && (
            <li>
              <button type="button" onClick={() => void copy(target.cli ?? '')}>
                {t.cli}
              </button>
            </li>
          )}
          <li>
            <button type="button" onClick={() => void copy(toYaml())}>
              {t.yaml}
            </button>
          </li>
          <li>
            <button type="button" onClick={() => void copy(location.href)}>
              {t.link}
            </button>
          </li>
        </ul>
      )}
    </span>
  )
}
