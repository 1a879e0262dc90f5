import { useEffect, useState } from 'react'
import type { ApiRequest } from '../api/api-error.js'
import { toCurl } from '../api/shell-text.js'
import { messages } from '../messages.js'

/** Copies a text and says so. */
export const CopyButton = ({
  text,
  label,
  className = 'button small quiet',
}: {
  readonly text: string
  readonly label: string
  readonly className?: string
}) => {
  const [isDone, setDone] = useState(false)
  useEffect(() => {
    const timer = isDone ? setTimeout(() => setDone(false), 1_500) : undefined
    return () => clearTimeout(timer)
  }, [isDone])
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setDone(true)
  }
  return (
    <button type="button" className={className} onClick={() => void copy()}>
      <span aria-live="polite">{isDone ? messages.copy.done : label}</span>
    </button>
  )
}

/** A failed request as it can be repeated elsewhere. */
export const CopyRequest = ({ request }: { readonly request: ApiRequest }) => (
  <CopyButton text={toCurl(request, location.origin)} label={messages.copy.curl} />
)
