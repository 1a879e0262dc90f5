import type { DraftReview } from '@inlet/contract'
import { messages } from '../../messages.js'
import { formatNumber } from '../../ui/format.js'
import { Name } from '../../ui/name.js'

const COUNTS = ['unchanged', 'changed', 'added', 'removed', 'keyChanged', 'rejected'] as const

/** What publishing a draft would do to real records. */
export const Review = ({ review }: { readonly review: DraftReview }) => {
  const t = messages.versions
  return (
    <div className="note" data-tone={review.passes ? 'ok' : 'warn'} role="status">
      <strong>{review.passes ? t.passes(formatNumber(review.records)) : t.holds(formatNumber(review.records))}</strong>
      <p className="row wrap">
        {COUNTS.filter((name) => review.counts[name] > 0).map((name) => (
          <span key={name} className="tag">
            {t.counts[name]} {formatNumber(review.counts[name])}
          </span>
        ))}
      </p>
      {review.examples.broken.map(({ name, message }) => (
        <p key={name}>
          {name}: {message}
        </p>
      ))}
      <ul className="changes">
        {review.changes.map((change) => (
          <li key={change.stream + change.key + change.kind}>
            <code>
              <Name of={change.stream} /> <Name of={change.key} />
            </code>{' '}
            <span className="tag">{t.counts[change.kind as 'changed'] ?? change.kind}</span>
            {change.message !== undefined && <p>{change.message}</p>}
            {change.fields?.map((field) => (
              <p key={field.path} className="mono">
                {field.path}: <del>{JSON.stringify(field.before)}</del> <ins>{JSON.stringify(field.after)}</ins>
              </p>
            ))}
          </li>
        ))}
      </ul>
    </div>
  )
}
