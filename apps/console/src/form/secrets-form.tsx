import { useId } from 'react'
import { messages } from '../messages.js'
import { JsonField } from './json-field.js'
import { kindOf, labelOf, type Schema, type Values, withMember } from './schema.js'

/** Secrets of several lines; all others are typed unseen. */
const HAS_LINES = /(private|ssh|deploy|client)key$|certificate|pem|json|^ca$/iu

interface SecretsFormProps {
  readonly schema: Schema
  readonly values: Values
  /** The settings they go with: a secret that these do not ask for is not shown. Absent: all are. */
  readonly config?: Values
  /** Names of secrets that are stored; their values never come back. */
  readonly stored: readonly string[]
  readonly errors: ReadonlyMap<string, string>
  readonly onChange: (values: Values) => void
}

/** Whether the settings want a secret that says when it is wanted. */
const isAskedFor = (member: Schema, config: Values): boolean => {
  const when = member['x-when']
  if (when === undefined) return true
  const value = when.setting
    .split('.')
    .reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? (at as Values)[name] : undefined), config)
  return typeof value === 'string' && when.is.includes(value)
}

/** Secrets are written, never read: a stored one shows only that it is there. */
export const SecretsForm = ({ schema, values, config, stored, errors, onChange }: SecretsFormProps) => {
  const id = useId()
  const all = Object.entries(schema.properties ?? {})
  const names = all.filter(([name, member]) => config === undefined || values[name] !== undefined || isAskedFor(member, config))
  const choice = all.flatMap(([, member]) => member['x-when']?.setting.split('.').slice(0, 1) ?? [])[0]
  const isChosen = choice === undefined || names.some(([, member]) => member['x-when'] !== undefined)
  const hint = isChosen ? null : <p className="hint">{messages.form.noneAsked(labelOf(choice, {}))}</p>
  if (names.length === 0) return hint ?? <p className="muted">{messages.form.noSecrets}</p>
  return (
    <div className="stack members">
      {hint}
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
            {kindOf(member) === 'json' ? (
              <JsonField
                control={{ id: common.id, 'aria-invalid': error !== undefined, 'aria-describedby': undefined, 'data-path': `secrets.${name}` }}
                value={values[name]}
                placeholder={stored.includes(name) ? messages.form.secretSet : '{ "name": "value" }'}
                onChange={(value) => onChange(withMember(values, name, value))}
              />
            ) : isLong ? (
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
