import { useState } from 'react'
import { messages } from '../messages.js'
import type { ControlAttributes } from './uploads-field.js'

export interface TextProps {
  readonly control: ControlAttributes
  readonly value: unknown
  readonly placeholder: string
  readonly onChange: (value: unknown) => void
}

/** What has no fields of its own is written as JSON; what is no JSON yet is not taken over, and says so. */
export const JsonField = ({ control, value, placeholder, onChange }: TextProps) => {
  const [text, setText] = useState(value === undefined ? '' : JSON.stringify(value, null, 2))
  const [isWrong, setWrong] = useState(false)
  return (
    <>
      <textarea
        {...control}
        aria-invalid={control['aria-invalid'] || isWrong}
        className="input mono"
        rows={Math.min(12, Math.max(2, text.split('\n').length))}
        placeholder={placeholder === '' ? 'JSON' : placeholder}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          try {
            onChange(event.target.value.trim() === '' ? undefined : JSON.parse(event.target.value))
            setWrong(false)
          } catch {
            setWrong(true)
          }
        }}
      />
      {isWrong && <p className="error">{messages.form.noJson}</p>}
    </>
  )
}
