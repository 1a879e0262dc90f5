import { useId, useState } from 'react'
import { messages } from '../messages.js'
import { FieldError, Hint } from './field-notes.js'
import { Fold } from './fold.js'
import { type FieldProps, ScalarField } from './scalar-field.js'
import { isRequired, kindOf, labelOf, type Schema, type Values, variantsOf, withMember } from './schema.js'
import './form.css'

interface MembersProps {
  readonly schema: Schema
  readonly values: Values
  readonly path: string
  readonly errors: ReadonlyMap<string, string>
  readonly onChange: (values: Values) => void
}

const asValues = (value: unknown): Values => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {})

/** The members of an object: what must be filled in first, the rest folded away unless it is set. */
export const Members = ({ schema, values, path, errors, onChange }: MembersProps) => {
  const fields = Object.entries(schema.properties ?? {}).filter(([, field]) => field.const === undefined)
  // A field stays where it is while it is filled in or emptied.
  const [wasSet] = useState(() => new Set(Object.keys(values)))
  const isFirst = ([name, field]: readonly [string, Schema]): boolean => isRequired(schema, name) || field['x-first'] === true || wasSet.has(name)
  const first = fields.filter(isFirst)
  const rest = fields.filter((field) => !isFirst(field))
  const field = ([name, member]: readonly [string, Schema]) => (
    <Field
      key={name}
      name={name}
      schema={member}
      value={values[name]}
      isRequired={isRequired(schema, name)}
      path={`${path}.${name}`}
      errors={errors}
      onChange={(value) => onChange(withMember(values, name, value))}
    />
  )
  const hasError = [...errors.keys()].some((key) => rest.some(([name]) => key === `${path}.${name}` || key.startsWith(`${path}.${name}.`)))
  return (
    <div className="stack members">
      {first.map(field)}
      {rest.length > 0 &&
        (first.length === 0 && rest.length <= 3 ? (
          rest.map(field)
        ) : (
          <Fold summary={messages.form.more(String(rest.length))} isOpen={hasError || first.length === 0}>
            {rest.map(field)}
          </Fold>
        ))}
    </div>
  )
}

const Field = (props: FieldProps) => {
  switch (kindOf(props.schema)) {
    case 'group':
      return <Group {...props} />
    case 'variants':
      return <Variants {...props} />
    case 'list':
      return <List {...props} />
    default:
      return <ScalarField {...props} />
  }
}

const Group = ({ name, schema, value, path, errors, onChange }: FieldProps) => (
  <fieldset className="group">
    <legend>{labelOf(name, schema)}</legend>
    <Hint text={schema.description} />
    <FieldError text={errors.get(path)} />
    <Members schema={schema} values={asValues(value)} path={path} errors={errors} onChange={onChange} />
  </fieldset>
)

const Variants = ({ name, schema, value, isRequired: mustBe, path, errors, onChange }: FieldProps) => {
  const id = useId()
  const union = variantsOf(schema)
  if (union === null) return null
  const { by, variants } = union
  const values = asValues(value)
  const chosen = variants.find((variant) => variant.properties?.[by]?.const === values[by])
  return (
    <fieldset className="group">
      <legend>{labelOf(name, schema)}</legend>
      <Hint text={schema.description} />
      <div className="field">
        <label htmlFor={id}>{labelOf(by, {})}</label>
        <select
          id={id}
          className="input"
          data-path={path}
          aria-invalid={errors.has(path) || errors.has(`${path}.${by}`)}
          value={typeof values[by] === 'string' ? values[by] : ''}
          onChange={(event) => onChange(event.target.value === '' ? undefined : { [by]: event.target.value })}
        >
          {(!mustBe || chosen === undefined) && <option value="">{messages.form.notSet}</option>}
          {variants.map((variant) => (
            <option key={String(variant.properties?.[by]?.const)}>{String(variant.properties?.[by]?.const)}</option>
          ))}
        </select>
        <FieldError text={errors.get(path) ?? errors.get(`${path}.${by}`)} />
      </div>
      {chosen !== undefined && (
        <Members
          key={String(values[by])}
          schema={chosen}
          values={values}
          path={path}
          errors={errors}
          onChange={(next) => onChange({ ...next, [by]: values[by] })}
        />
      )}
    </fieldset>
  )
}

const List = ({ name, schema, value, path, errors, onChange }: FieldProps) => {
  const items = Array.isArray(value) ? (value as readonly unknown[]) : []
  const set = (next: readonly unknown[]): void => onChange(next.length === 0 ? undefined : next)
  return (
    <fieldset className="group">
      <legend>{labelOf(name, schema)}</legend>
      <Hint text={schema.description} />
      <FieldError text={errors.get(path)} />
      {items.map((item, index) => (
        // An item has no identity but its place.
        <div key={index} className="item">
          <Members
            schema={schema.items ?? {}}
            values={asValues(item)}
            path={`${path}.${index}`}
            errors={errors}
            onChange={(next) => set(items.map((each, at) => (at === index ? next : each)))}
          />
          <button type="button" className="button small quiet" onClick={() => set(items.filter((_, at) => at !== index))}>
            {messages.form.remove}
          </button>
        </div>
      ))}
      <button type="button" className="button small" onClick={() => set([...items, {}])}>
        {messages.form.add}
      </button>
    </fieldset>
  )
}
