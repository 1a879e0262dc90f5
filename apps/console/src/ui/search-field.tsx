import { useEffect, useState } from 'react'
import { Icon } from './icon.js'

interface SearchFieldProps {
  readonly label: string
  readonly hint: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** Waits for a pause in the typing, where each change asks the server. */
  readonly pauseMs?: number
}

/** A search as you type; `/` goes to it, Esc leaves it. */
export const SearchField = ({ label, hint, value, onChange, pauseMs = 0 }: SearchFieldProps) => {
  const [text, setText] = useState(value)
  const [known, setKnown] = useState(value)
  // The address may change otherwise, e.g. by going back.
  if (value !== known) {
    setKnown(value)
    setText(value)
  }
  useEffect(() => {
    const report = (): void => {
      setKnown(text)
      onChange(text)
    }
    const timer = text === value ? undefined : setTimeout(report, pauseMs)
    return () => clearTimeout(timer)
  }, [text, value, pauseMs, onChange])
  return (
    <div className="search">
      <Icon name="search" />
      <input
        type="search"
        className="input"
        aria-label={label}
        placeholder={hint}
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  )
}
