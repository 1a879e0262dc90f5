import { useId } from 'react'

interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly error?: string | undefined
  readonly hint?: string
  readonly isRequired?: boolean
  readonly type?: 'text' | 'password' | 'time'
  readonly onChange: (value: string) => void
}

export const TextField = ({ label, value, error, hint, isRequired, type = 'text', onChange }: TextFieldProps) => {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        className="input"
        autoComplete="off"
        required={isRequired}
        aria-invalid={error !== undefined}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {error !== undefined && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
      {hint !== undefined && <p className="hint">{hint}</p>}
    </div>
  )
}
