import { messages } from '../../messages.js'
import { Badge } from '../../ui/badge.js'
import { formatNumber } from '../../ui/format.js'
import { Name } from '../../ui/name.js'

interface StreamProgress {
  readonly status?: string
  readonly records?: number
  readonly proof?: string
  readonly message?: string
  readonly progress?: unknown
}

const TONES: Readonly<Record<string, string>> = { done: 'ok', running: 'busy', reading: 'busy', failed: 'bad', incomplete: 'warn' }

/** What a run reports of each stream. */
export const Streams = ({ progress }: { readonly progress: Readonly<Record<string, unknown>> }) => {
  const streams = Object.entries((progress['streams'] ?? {}) as Readonly<Record<string, StreamProgress>>)
  const t = messages.runs
  if (streams.length === 0) return null
  return (
    <section className="panel table-wrap" tabIndex={0}>
      <table className="table stacks">
        <thead>
          <tr>
            <th>{messages.source.stream}</th>
            <th>{messages.sources.columns.state}</th>
            <th className="right">{t.read}</th>
            <th>{t.proof}</th>
          </tr>
        </thead>
        <tbody>
          {streams.map(([name, { status = '', records = 0, proof, message }]) => (
            <tr key={name}>
              <td>
                <Name of={name} />
              </td>
              <td data-label={messages.sources.columns.state}>
                <Badge tone={TONES[status] ?? 'idle'}>{status}</Badge>
              </td>
              <td className="right num" data-label={t.read}>
                {formatNumber(records)}
              </td>
              <td className="muted text" data-label={t.proof}>
                {message ?? proof ?? ''}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
