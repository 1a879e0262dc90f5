import type { TestResult } from '@inlet/contract'
import { useState } from 'react'
import { messages } from '../../messages.js'
import { formatNumber } from '../../ui/format.js'
import { ProblemNote } from '../../ui/problem.js'

interface PreviewProps {
  readonly records: TestResult['records']
  readonly hasRaw: boolean
  /** The expression cannot be read: there is nothing to show until it can. */
  readonly isWrong: boolean
  readonly failure: unknown
}

/** One record at a time: as it was read, beside what would be stored of it. */
export const Preview = ({ records, hasRaw, isWrong, failure }: PreviewProps) => {
  const [at, setAt] = useState(0)
  const t = messages.mapping
  const shown = records[Math.min(at, records.length - 1)]
  if (failure !== null) return <ProblemNote error={failure} />
  if (shown === undefined) return <p className="muted">{isWrong ? t.wrong : hasRaw ? messages.common.loading : t.testFirst}</p>
  const index = Math.min(at, records.length - 1)
  return (
    <section className="stack tight" aria-label={t.preview}>
      <div className="row">
        <button type="button" className="button small" aria-label={t.previous} disabled={index === 0} onClick={() => setAt(index - 1)}>
          ←
        </button>
        <button type="button" className="button small" aria-label={t.next} disabled={index === records.length - 1} onClick={() => setAt(index + 1)}>
          →
        </button>
        <span className="muted num">{t.record(formatNumber(index + 1), formatNumber(records.length))}</span>
        <code className="faint truncate">{shown.raw.key}</code>
      </div>
      <div className="pair-of">
        <figure>
          <figcaption className="faint">{messages.test.raw}</figcaption>
          <pre className="raw" tabIndex={0}>
            {JSON.stringify(withoutEmpty(shown.raw), null, 2)}
          </pre>
        </figure>
        <figure>
          <figcaption className="faint">{shown.rejected === null ? messages.test.stored : messages.test.rejected}</figcaption>
          <pre className="raw" tabIndex={0} data-tone={shown.rejected === null ? undefined : 'bad'}>
            {mappedText(shown)}
          </pre>
        </figure>
      </div>
    </section>
  )
}

/** What would be stored of a record, or why not. */
export const mappedText = ({ mapped, rejected }: TestResult['records'][number]): string => {
  if (rejected !== null) return rejected.message
  if (mapped.length === 0) return messages.mapping.dropped
  const shown = mapped.map(withoutEmpty)
  return JSON.stringify(shown.length === 1 ? shown[0] : shown, null, 2)
}

/** What a record does not have says nothing; its stream stands above it. */
const withoutEmpty = ({ stream: _stream, op: _op, ...record }: TestResult['records'][number]['raw']): object =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))
