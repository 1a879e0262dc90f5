import { useId } from 'react'
import { messages } from '../messages.js'
import { labelOf, type Schema, type Values, withMember } from './schema.js'

/** Secrets of several lines; all others are typed unseen. */
const HAS_LINES = /(private|ssh|deploy|client|account)key$|certificate|pem|json|^ca$/iu

interface SecretsFormProps {
  readonly schema: Schema
  readonly values: Values
  /** Names of secrets that are stored; their values never come back. */
  readonly stored: readonly string[]
  readonly errors: ReadonlyMap<string, string>
  readonly onChange: (values: Values) => void
}

/** Secrets are written, never read: a stored one shows only that it is there. */
export const SecretsForm = ({ schema, values, stored, errors, onChange }: SecretsFormProps) => {
  const id = useId()
  const names = Object.entries(schema.properties ?? {})
  if (names.length === 0) return <p className="muted">{messages.form.noSecrets}</p>
  return (
    <div className="stack members">
      {stored.length > 0 && <p className="hint">{messages.form.secretsReplace}</p>}
      {names.map(([name, member]) => {
        const error = errors.get(`secrets.${name}`)
        const common = {
          id: `${id}-${name}`,
          className: 'input mono',
          autoComplete: 'off',
          'aria-invalid': error !== undefined,
          placeholder: stored.includes(name) ? messages.form.secretSet : '',
          value: typeof values[name] === 'string' ? values[name] : '',
        }
        const isLong = HAS_LINES.test(name)
        return (
          <div key={name} className="field">
            <label htmlFor={`${id}-${name}`}>{labelOf(name, member)}</label>
            {isLong ? (
              <textarea {...common} spellCheck={false} onChange={(event) => onChange(withMember(values, name, event.target.value || undefined))} />
            ) : (
              <input {...common} type="password" onChange={(event) => onChange(withMember(values, name, event.target.value || undefined))} />
            )}
            {error !== undefined && (
              <p className="error" role="alert">
                {error}
              </p>
            )}
            {member.description !== undefined && <p className="hint">{member.description}</p>}
          </div>
        )
      })}
    </div>
  )
}
