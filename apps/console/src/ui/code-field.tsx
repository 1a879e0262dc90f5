import { type ReactNode, useEffect, useRef } from 'react'
import './code-field.css'

interface CodeFieldProps {
  readonly id: string
  readonly value: string
  readonly placeholder?: string
  /** Where it is wrong, in characters from its beginning; null where it is not known to be. */
  readonly errorAt: number | null
  readonly describedBy?: string | undefined
  readonly onChange: (value: string) => void
}

/** The characters an error is shown at: a word, one character, or the end of the text. */
const markedEnd = (text: string, at: number): number => at + (/^[\w$]+|^[^\n]/u.exec(text.slice(at))?.[0].length ?? 0)

/** Text in a fixed font, with what is wrong underlined where it stands. */
export const CodeField = ({ id, value, placeholder, errorAt, describedBy, onChange }: CodeFieldProps) => {
  const mirror = useRef<HTMLPreElement>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const follow = (): void => {
    if (mirror.current === null || field.current === null) return
    mirror.current.scrollTop = field.current.scrollTop
    mirror.current.scrollLeft = field.current.scrollLeft
  }
  useEffect(follow)
  return (
    <div className="code-field">
      <pre ref={mirror} aria-hidden="true">
        {errorAt === null ? value : marked(value, Math.min(errorAt, value.length))}
        {'\n'}
      </pre>
      <textarea
        ref={field}
        id={id}
        value={value}
        placeholder={placeholder}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        aria-invalid={errorAt !== null}
        aria-describedby={describedBy}
        onScroll={follow}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  )
}

const marked = (text: string, at: number): ReactNode => {
  const end = markedEnd(text, at)
  return (
    <>
      {text.slice(0, at)}
      <mark className="wrong">{end === at ? ' ' : text.slice(at, end)}</mark>
      {text.slice(end)}
    </>
  )
}
