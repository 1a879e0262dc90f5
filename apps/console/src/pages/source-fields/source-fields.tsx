import { useState } from 'react'
import { Fold } from '../../form/fold.js'
import { messages } from '../../messages.js'
import { LabelsField } from './labels-field.js'
import { LanguageField, type SourceLanguage } from './language-field.js'
import { ScheduleField, type ScheduleValue } from './schedule-field.js'
import { TextField } from './text-field.js'

/** What every source has, whatever it reads. */
export interface SourceFieldValues {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly freshWithin: string | null
  readonly schedule: ScheduleValue | null
  readonly language: SourceLanguage
}

interface SourceFieldsProps {
  readonly values: SourceFieldValues
  readonly errors: ReadonlyMap<string, string>
  readonly onChange: (change: Partial<SourceFieldValues>) => void
}

const errorBelow = (errors: ReadonlyMap<string, string>, path: string): string | undefined =>
  errors.get(path) ?? [...errors].find(([key]) => key.startsWith(`${path}.`))?.[1]

export const NameField = ({ values, errors, onChange }: SourceFieldsProps) => (
  <TextField label={messages.newSource.name} value={values.name} error={errors.get('name')} isRequired onChange={(name) => onChange({ name })} />
)

/** When it is read, and the rest, which is folded away while a source is new. */
export const SourceFields = (props: SourceFieldsProps & { readonly isNew?: boolean }) => {
  const { values, errors, isNew = false } = props
  // What was set before stays in sight.
  const [isSet] = useState(values.freshWithin !== null || values.language !== 'auto' || Object.keys(values.labels).length > 0)
  const hasError = [...errors.keys()].some((path) => /^(?:freshWithin|language|labels)\b/u.test(path))
  return (
    <>
      <ScheduleField value={values.schedule} error={errorBelow(errors, 'schedule')} onChange={(schedule) => props.onChange({ schedule })} />
      {isNew ? (
        <Fold summary={messages.newSource.rest} isOpen={isSet || hasError}>
          <OptionalFields {...props} />
        </Fold>
      ) : (
        <OptionalFields {...props} />
      )}
    </>
  )
}

/** How fresh it must be, and by what it is found. */
const OptionalFields = ({ values, errors, onChange }: SourceFieldsProps) => (
  <>
    <TextField
      label={messages.source.freshWithin}
      hint={messages.source.freshWithinHint}
      value={values.freshWithin ?? ''}
      error={errors.get('freshWithin')}
      onChange={(text) => onChange({ freshWithin: text.trim() === '' ? null : text.trim() })}
    />
    <LanguageField value={values.language} onChange={(language) => onChange({ language })} />
    <LabelsField value={values.labels} error={errorBelow(errors, 'labels')} onChange={(labels) => onChange({ labels })} />
  </>
)
