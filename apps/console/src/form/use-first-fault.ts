import { type RefObject, useEffect, useRef } from 'react'

const FAULTY = '[aria-invalid="true"], .error[role="alert"]'
const CONTROLS = 'input, select, textarea, button'

/** Brings the first faulty field of a form into view, and puts the focus there, each time an attempt fails. Returns the ref of the form. */
export const useFirstFault = (error: unknown): RefObject<HTMLFormElement | null> => {
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (error === null) return
    const faulty = form.current?.querySelector<HTMLElement>(FAULTY)
    const control = faulty?.matches(CONTROLS) === true ? faulty : faulty?.parentElement?.querySelector<HTMLElement>(CONTROLS)
    if (control === undefined || control === null) return
    control.focus({ preventScroll: true })
    control.scrollIntoView({ block: 'center' })
  }, [error])
  return form
}
