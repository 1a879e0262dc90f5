import type { TestResult } from '@inlet/contract'
import { useId, useState } from 'react'
import { ApiError } from '../../api/api-error.js'
import { messages } from '../../messages.js'
import { CodeField } from '../../ui/code-field.js'
import { ANY_STREAM, type MappingValue, withRule } from './mapping-value.js'
import { Preview } from './preview.js'
import { type Subject, usePreview } from './use-preview.js'

interface MappingEditorProps {
  readonly subject: Subject
  readonly value: MappingValue | null
  /** Records of the last test, raw: what the mapping is tried on. */
  readonly records: TestResult['records']
  /** What the API said of it when it was saved. */
  readonly error: unknown
  readonly onChange: (value: MappingValue | null) => void
}

/** A mapping by stream, with what it makes of real records beside it while it is typed. */
export const MappingEditor = ({ subject, value, records, error, onChange }: MappingEditorProps) => {
  const streams = [...new Set(records.map(({ raw }) => raw.stream))]
  const names = [...new Set([...Object.keys(value ?? {}), ...streams, ANY_STREAM])]
  const [chosen, setStream] = useState<string | null>(null)
  const stream = chosen ?? names[0] ?? ANY_STREAM
  const rule = value?.[stream] ?? { expression: '' }
  const tried = stream === ANY_STREAM ? streams.find((name) => value?.[name] === undefined) : stream
  const raw = records.filter((record) => record.raw.stream === tried).map((record) => record.raw)
  const preview = usePreview(subject, { mapping: value, stream: tried ?? ANY_STREAM, raw })
  const wrong = wrongAt(preview.error, stream) ?? wrongAt(error, stream)
  const id = useId()
  const t = messages.mapping
  return (
    <div className="columns">
      <div className="stack">
        <div className="row wrap">
          <div className="field grow">
            <label htmlFor={`${id}-stream`}>{t.stream}</label>
            <select id={`${id}-stream`} className="input" value={stream} onChange={(event) => setStream(event.target.value)}>
              {names.map((name) => (
                <option key={name} value={name}>
                  {name === ANY_STREAM ? t.anyStream : name}
                  {value?.[name] === undefined ? '' : ' •'}
                </option>
              ))}
            </select>
          </div>
          <div className="field grow">
            <label htmlFor={`${id}-keys`}>{t.keys}</label>
            <select
              id={`${id}-keys`}
              className="input"
              value={rule.keys ?? 'kept'}
              onChange={({ target }) => onChange(withRule(value, stream, { ...rule, keys: target.value === 'set' ? 'set' : 'kept' }))}
            >
              <option value="kept">{t.keysKept}</option>
              <option value="set">{t.keysSet}</option>
            </select>
          </div>
        </div>
        <div className="field">
          <label htmlFor={id}>{t.expression}</label>
          <CodeField
            id={id}
            value={rule.expression}
            placeholder={t.example}
            errorAt={wrong?.offset ?? null}
            describedBy={`${id}-said`}
            onChange={(expression) => onChange(withRule(value, stream, { ...rule, expression }))}
          />
          <p id={`${id}-said`} className={wrong === null ? 'hint' : 'error'} role={wrong === null ? undefined : 'alert'}>
            {wrong?.message ?? t.hint}
          </p>
        </div>
      </div>
      <Preview
        records={wrong === null ? (preview.data?.records ?? []) : []}
        hasRaw={raw.length > 0}
        isWrong={wrong !== null}
        failure={wrong === null ? preview.error : null}
      />
    </div>
  )
}

interface Wrong {
  readonly message: string
  readonly offset: number
}

/** What the API said of the expression of a stream, and where in it. */
const wrongAt = (error: unknown, stream: string): Wrong | null => {
  const problem = error instanceof ApiError ? error.problem : null
  if (problem?.position === undefined || problem.field !== `mapping.${stream}.expression`) return null
  return { message: problem.detail, offset: problem.position.offset }
}
