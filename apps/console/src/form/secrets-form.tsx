import { useId, useState } from 'react'
import { messages } from '../messages.js'
import { describedBy, FieldError, Hint } from './field-notes.js'
import { Fold } from './fold.js'
import { JsonField } from './json-field.js'
import { kindOf, labelOf, type Schema, type Values, withMember } from './schema.js'
import { layoutOf } from './secret-ways.js'

/** Secrets of several lines; all others are typed unseen. */
const HAS_LINES = /(private|ssh|deploy|client)key$|certificate|pem|json|^ca$/iu

interface SecretsFormProps {
  readonly schema: Schema
  readonly values: Values
  /** The settings they go with: a secret that these do not ask for is not shown. Absent: one chooses. */
  readonly config?: Values
  /** Names of secrets that are stored; their values never come back. */
  readonly stored: readonly string[]
  readonly errors: ReadonlyMap<string, string>
  readonly onChange: (values: Values) => void
}

/** Names no way: all secrets of all ways are shown. */
const SEVERAL = '*'

/** Secrets are written, never read: a stored one shows only that it is there. */
export const SecretsForm = ({ schema, values, config, stored, errors, onChange }: SecretsFormProps) => {
  const id = useId()
  const { asked, ways, rest, undecided } = layoutOf(schema, config)
  const isUsed = (name: string): boolean => values[name] !== undefined || errors.has(`secrets.${name}`)
  const [chosen, setChosen] = useState<string | null>(null)
  const used = ways.filter(({ secrets }) => secrets.some(isUsed))
  const way = chosen ?? (used.length > 1 ? SEVERAL : (used[0]?.name ?? ''))
  const inWay = ways.filter(({ name, secrets }) => way === SEVERAL || way === name || secrets.some((secret) => errors.has(`secrets.${secret}`)))
  const isAlone = asked.length + ways.length === 0 && undecided === null && rest.length === 1
  const open = [...asked, ...(isAlone ? rest : [])]
  const shown = [...new Set([...open, ...inWay.flatMap(({ secrets }) => secrets)])]
  const elsewhere = Object.keys(values).filter((name) => !shown.includes(name) && !rest.includes(name) && schema.properties?.[name] !== undefined)
  const t = messages.form
  const choose = (next: string): void => {
    setChosen(next)
    const others = ways.filter(({ name }) => next !== SEVERAL && name !== next).flatMap(({ secrets }) => secrets)
    const kept = ways.find(({ name }) => name === next)?.secrets ?? []
    onChange(Object.fromEntries(Object.entries(values).filter(([name]) => kept.includes(name) || !others.includes(name))))
  }
  const field = (name: string) => (
    <SecretField
      key={name}
      name={name}
      schema={schema.properties?.[name] ?? {}}
      value={values[name]}
      isStored={stored.includes(name)}
      error={errors.get(`secrets.${name}`)}
      onChange={(value) => onChange(withMember(values, name, value))}
    />
  )
  if (shown.length + ways.length + rest.length + elsewhere.length === 0)
    return undecided === null ? <p className="muted">{t.noSecrets}</p> : <p className="hint">{t.noneAsked(labelOf(undecided, {}))}</p>
  return (
    <div className="stack members">
      {undecided !== null && <p className="hint">{t.noneAsked(labelOf(undecided, {}))}</p>}
      {stored.length > 0 && <p className="hint">{t.secretsReplace}</p>}
      {ways.length > 0 && (
        <div className="field">
          <label htmlFor={id}>{t.signIn}</label>
          <select id={id} className="input" value={way} onChange={({ target }) => choose(target.value)}>
            <option value="">{stored.length > 0 ? t.signInKept : config === undefined ? t.signInChoose : t.signInNone}</option>
            {ways.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
            {ways.length > 1 && <option value={SEVERAL}>{t.signInSeveral}</option>}
          </select>
        </div>
      )}
      {[...shown, ...elsewhere].map(field)}
      {rest.length > 0 && !isAlone && (
        <Fold summary={t.moreSecrets(String(rest.length))} isOpen={rest.some(isUsed)}>
          {rest.map(field)}
        </Fold>
      )}
    </div>
  )
}

interface SecretFieldProps {
  readonly name: string
  readonly schema: Schema
  readonly value: unknown
  readonly isStored: boolean
  readonly error: string | undefined
  readonly onChange: (value: unknown) => void
}

const SecretField = ({ name, schema, value, isStored, error, onChange }: SecretFieldProps) => {
  const id = useId()
  const control = {
    id,
    'aria-invalid': error !== undefined,
    'aria-describedby': describedBy(id, { error, hint: schema.description }),
    'data-path': `secrets.${name}`,
  }
  const typed = {
    ...control,
    className: 'input mono',
    autoComplete: 'off',
    placeholder: isStored ? messages.form.secretSet : '',
    value: typeof value === 'string' ? value : '',
  }
  return (
    <div className="field">
      <label htmlFor={id}>{labelOf(name, schema)}</label>
      {kindOf(schema) === 'json' ? (
        <JsonField control={control} value={value} placeholder={isStored ? messages.form.secretSet : '{ "name": "value" }'} onChange={onChange} />
      ) : HAS_LINES.test(name) ? (
        <textarea {...typed} spellCheck={false} onChange={(event) => onChange(event.target.value || undefined)} />
      ) : (
        <input {...typed} type="password" onChange={(event) => onChange(event.target.value || undefined)} />
      )}
      <FieldError id={`${id}-error`} text={error} />
      <Hint id={`${id}-hint`} text={schema.description} />
    </div>
  )
}
