import { type ReactNode, useId, useState } from 'react'
import { messages } from '../messages.js'
import { describedBy, FieldError, Hint } from './field-notes.js'
import { JsonField, type TextProps } from './json-field.js'
import { kindOf, labelOf, type Schema } from './schema.js'
import { type ControlAttributes, UploadsField } from './uploads-field.js'

export interface FieldProps {
  readonly name: string
  readonly schema: Schema
  readonly value: unknown
  readonly isRequired: boolean
  /** Where it is in the request, e.g. `config.tables.0.name`. */
  readonly path: string
  /** Errors of the server by path. */
  readonly errors: ReadonlyMap<string, string>
  readonly onChange: (value: unknown) => void
}

/** One value with its label, its explanation and what the server said of it. */
export const ScalarField = (props: FieldProps) => {
  const { name, schema, isRequired, path, errors } = props
  const id = useId()
  // A list or JSON is one field: what is wrong within it is said here.
  const error = errors.get(path) ?? [...errors].find(([key]) => key.startsWith(`${path}.`))?.[1]
  const hint = kindOf(schema) === 'uploads' ? messages.form.uploads.hint : schema.description
  const control = { id, 'aria-invalid': error !== undefined, 'aria-describedby': describedBy(id, { error, hint }), 'data-path': path }
  const label = (
    <>
      {labelOf(name, schema)} {!isRequired && kindOf(schema) !== 'flag' && <span className="faint optional">{messages.form.optional}</span>}
    </>
  )
  return (
    <div className="field">
      {kindOf(schema) === 'flag' ? (
        <label className="row" htmlFor={id}>
          <Control {...props} control={control} /> {label}
        </label>
      ) : (
        <>
          <label htmlFor={id}>{label}</label>
          <Control {...props} control={control} />
        </>
      )}
      <FieldError id={`${id}-error`} text={error} />
      <Hint id={`${id}-hint`} text={hint} />
    </div>
  )
}

interface ControlProps extends FieldProps {
  readonly control: ControlAttributes
}

const shown = (value: unknown): string => (value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value))

const Control = ({ schema, value, isRequired, control, onChange }: ControlProps): ReactNode => {
  const placeholder = shown(schema.default)
  switch (kindOf(schema)) {
    case 'flag':
      return <input {...control} type="checkbox" checked={(value ?? schema.default) === true} onChange={(event) => onChange(event.target.checked)} />
    case 'choice':
      return (
        <select
          {...control}
          className="input"
          value={shown(value)}
          onChange={(event) => onChange(schema.enum?.find((one) => shown(one) === event.target.value))}
        >
          {(!isRequired || value === undefined) && (
            <option value="">{schema.default === undefined ? messages.form.notSet : messages.form.standard(placeholder)}</option>
          )}
          {schema.enum?.map((one) => (
            <option key={shown(one)} value={shown(one)}>
              {shown(one)}
            </option>
          ))}
        </select>
      )
    case 'number':
      return (
        <input
          {...control}
          type="number"
          className="input"
          step={schema.type === 'integer' ? 1 : 'any'}
          min={schema.minimum}
          max={schema.maximum}
          placeholder={placeholder}
          value={typeof value === 'number' ? value : ''}
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.valueAsNumber)}
        />
      )
    case 'lines':
      return (
        <Lines control={control} value={value} placeholder={Array.isArray(schema.default) ? schema.default.join('\n') : ''} onChange={onChange} />
      )
    case 'uploads':
      return <UploadsField control={control} value={value} onChange={onChange} />
    case 'json':
      return <JsonField control={control} value={value} placeholder={placeholder} onChange={onChange} />
    case 'long':
      return (
        <textarea
          {...control}
          className="input mono"
          rows={6}
          placeholder={placeholder}
          value={shown(value)}
          onChange={(event) => onChange(event.target.value || undefined)}
        />
      )
    default:
      return (
        <input
          {...control}
          type="text"
          className="input"
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholder}
          value={shown(value)}
          onChange={(event) => onChange(event.target.value || undefined)}
        />
      )
  }
}

const Lines = ({ control, value, placeholder, onChange }: TextProps) => {
  const [text, setText] = useState(Array.isArray(value) ? value.join('\n') : typeof value === 'string' ? value : '')
  return (
    <textarea
      {...control}
      className="input mono"
      rows={Math.min(8, Math.max(2, text.split('\n').length))}
      placeholder={placeholder}
      title={messages.form.onePerLine}
      value={text}
      onChange={(event) => {
        setText(event.target.value)
        const lines = event.target.value
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean)
        onChange(lines.length === 0 ? undefined : lines)
      }}
    />
  )
}
