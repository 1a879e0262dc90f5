import { useId } from 'react'
import { messages } from '../messages.js'
import { type FieldProps, ScalarField } from './scalar-field.js'
import { isRequired, kindOf, labelOf, type Schema, type Values, variantsOf, withMember } from './schema.js'
import './form.css'

interface MembersProps {
  readonly schema: Schema
  readonly values: Values
  readonly path: string
  readonly errors: ReadonlyMap<string, string>
  readonly onChange: (values: Values) => void
  readonly isOpen?: boolean
}

const asValues = (value: unknown): Values => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {})

/** The members of an object: what must be filled in first, the rest folded away unless it is set. */
export const Members = ({ schema, values, path, errors, onChange, isOpen = false }: MembersProps) => {
  const fields = Object.entries(schema.properties ?? {}).filter(([, field]) => field.const === undefined)
  const isFirst = ([name, field]: readonly [string, Schema]): boolean =>
    isRequired(schema, name) || field['x-first'] === true || values[name] !== undefined
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
          <details className="more" open={isOpen || hasError || first.length === 0}>
            <summary>{messages.form.more(String(rest.length))}</summary>
            <div className="stack members">{rest.map(field)}</div>
          </details>
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
    {schema.description !== undefined && <p className="hint">{schema.description}</p>}
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
      {schema.description !== undefined && <p className="hint">{schema.description}</p>}
      <div className="field">
        <label htmlFor={id}>{labelOf(by, {})}</label>
        <select
          id={id}
          className="input"
          value={typeof values[by] === 'string' ? values[by] : ''}
          onChange={(event) => onChange(event.target.value === '' ? undefined : { [by]: event.target.value })}
        >
          {(!mustBe || chosen === undefined) && <option value="">{messages.form.notSet}</option>}
          {variants.map((variant) => (
            <option key={String(variant.properties?.[by]?.const)}>{String(variant.properties?.[by]?.const)}</option>
          ))}
        </select>
        {errors.get(path) !== undefined && <p className="error">{errors.get(path)}</p>}
      </div>
      {chosen !== undefined && (
        <Members schema={chosen} values={values} path={path} errors={errors} onChange={(next) => onChange({ ...next, [by]: values[by] })} />
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
      {schema.description !== undefined && <p className="hint">{schema.description}</p>}
      {errors.get(path) !== undefined && <p className="error">{errors.get(path)}</p>}
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
