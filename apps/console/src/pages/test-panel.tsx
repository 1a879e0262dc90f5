import type { TestResult } from '@inlet/contract'
import { withoutPath } from '../form/field-errors.js'
import { normalPath } from '../form/schema.js'
import { messages } from '../messages.js'
import { Badge } from '../ui/badge.js'
import { formatNumber } from '../ui/format.js'
import { Name } from '../ui/name.js'
import { sentence } from '../ui/sentence.js'
import { WithTimes } from '../ui/with-times.js'
import { titleOf } from './records/title-of.js'

const TONES: Readonly<Record<TestResult['steps'][number]['status'], string>> = { passed: 'ok', warning: 'warn', failed: 'bad', skipped: 'idle' }

/** What a test found wrong with one setting, at its path. */
export const failureErrors = (result: TestResult | null): ReadonlyMap<string, string> =>
  result?.failure?.field === undefined
    ? new Map()
    : new Map([[normalPath(result.failure.field), withoutPath(result.failure.field, result.failure.message)]])

/** What came of a test, step by step, and the records it read: raw beside what would be stored. */
export const TestPanel = ({ result, isNew = false }: { readonly result: TestResult; readonly isNew?: boolean }) => {
  const t = messages.test
  const steps = result.steps.filter(({ status }) => status !== 'skipped')
  return (
    <div className="stack" role="status">
      <ol className="stack tight">
        {steps.map((step) => (
          <li key={step.name}>
            <Badge tone={TONES[step.status]}>{step.status === 'failed' ? t.failed[step.name] : t.steps[step.name]}</Badge>
            {step.message !== null && <p className="step-text">{sentence(step.message)}</p>}
            {step.status === 'failed' && step.next !== null && (
              <p className="muted step-text">
                {/* The step for a source that runs already would make no sense. */}
                {isNew && step.name === 'auth' ? t.correctSecrets : <WithTimes text={step.next} />}
              </p>
            )}
          </li>
        ))}
      </ol>
      {result.warnings.map(({ code, stream, message }) => (
        <p key={code + stream} className="muted">
          {stream === '' ? sentence(message) : `${stream}: ${sentence(message)}`}
        </p>
      ))}
      {result.capabilities !== null && result.capabilities.streams.length > 0 && (
        <p className="muted">
          {t.streams(formatNumber(result.capabilities.streams.length))}:{' '}
          {result.capabilities.streams
            .slice(0, 20)
            .map(({ name }) => name)
            .join(', ')}
        </p>
      )}
      {result.records.length > 0 && (
        <>
          <h3>{t.records(formatNumber(result.records.length))}</h3>
          <ul className="stack tight">
            {result.records.slice(0, 20).map(({ raw, mapped, rejected }) => (
              <li key={raw.stream + raw.key} className="preview">
                <details>
                  <summary>
                    <span className="truncate">
                      <Name of={titleOf({ ...raw, ...mapped[0] })} />
                    </span>{' '}
                    <span className="tag">
                      <Name of={raw.stream} max={40} />
                    </span>
                  </summary>
                  <div className="columns">
                    <figure>
                      <figcaption className="faint">{t.raw}</figcaption>
                      <pre className="raw" tabIndex={0}>
                        {JSON.stringify(raw.data ?? raw.text, null, 2)}
                      </pre>
                    </figure>
                    <figure>
                      <figcaption className="faint">{rejected === null ? t.stored : t.rejected}</figcaption>
                      <pre className="raw" tabIndex={0}>
                        {rejected === null ? JSON.stringify(mapped, null, 2) : rejected.message}
                      </pre>
                    </figure>
                  </div>
                </details>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
