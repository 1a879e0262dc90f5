import type { SourceDetail } from '@inlet/contract'
import { useId } from 'react'
import { messages } from '../../messages.js'

export type SourceLanguage = SourceDetail['language']

const CODES: readonly Exclude<SourceLanguage, 'auto' | 'simple'>[] = [
  'da',
  'de',
  'en',
  'es',
  'fi',
  'fr',
  'hu',
  'it',
  'nl',
  'no',
  'pt',
  'ru',
  'sv',
  'tr',
]

interface LanguageFieldProps {
  readonly value: SourceLanguage
  readonly onChange: (value: SourceLanguage) => void
}

/** The language in which search reads the records of a source. */
export const LanguageField = ({ value, onChange }: LanguageFieldProps) => {
  const id = useId()
  const t = messages.source.language
  const names = new Intl.DisplayNames(navigator.language, { type: 'language' })
  return (
    <div className="field">
      <label htmlFor={id}>{t.label}</label>
      <select id={id} className="input" value={value} onChange={(event) => onChange(event.target.value as SourceLanguage)}>
        <option value="auto">{t.auto}</option>
        {CODES.map((code) => (
          <option key={code} value={code}>
            {names.of(code) ?? code}
          </option>
        ))}
        <option value="simple">{t.simple}</option>
      </select>
      <p className="hint">{t.hint}</p>
    </div>
  )
}
