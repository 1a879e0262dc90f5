import type { NextMoments, SourceDetail, TickView } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { Badge } from '../../ui/badge.js'
import { formatExact } from '../../ui/format.js'
import { Paged } from '../../ui/paged.js'
import { ProblemNote } from '../../ui/problem.js'
import { Time } from '../../ui/time.js'
import { describeCron } from './describe-cron.js'

const TONES: Readonly<Record<TickView['outcome'], string>> = { ran: 'ok', coalesced: 'none', skipped: 'warn', paused: 'idle', missed: 'bad' }

/** When the source is read, in words and as moments, and what became of the moments that are over. */
export const ScheduleTab = ({ source }: { readonly source: SourceDetail }) => {
  const t = messages.schedule
  return (
    <div className="stack">
      <section className="panel">
        <header>
          <h2>{t.title}</h2>
          {source.schedule !== null && (
            <span className="muted">
              <code>{source.schedule.cron}</code> {source.schedule.timeZone}
            </span>
          )}
        </header>
        <div className="body stack tight">
          {source.schedule === null ? (
            <p>{t.none}</p>
          ) : (
            <>
              <p>{describeCron(source.schedule.cron) ?? t.byCron}</p>
              <NextFive cron={source.schedule.cron} timeZone={source.schedule.timeZone} />
            </>
          )}
        </div>
      </section>
      <h2>{t.ledger}</h2>
      <Paged<TickView> queryKey={['source', source.slug, 'ticks']} path={`/v1/sources/${source.id}/ticks`} empty={t.noTicks}>
        {(ticks) => (
          <div className="panel table-wrap">
            <table className="table">
              <thead>
                <tr>
                  <th>{t.result}</th>
                  <th>{t.due}</th>
                  <th>{t.reason}</th>
                </tr>
              </thead>
              <tbody>
                {ticks.map((tick) => (
                  <tr key={tick.scheduledFor}>
                    <td>
                      <Badge tone={TONES[tick.outcome]}>
                        {t.outcomes[tick.outcome]}
                        {tick.count > 1 ? ` × ${tick.count}` : ''}
                      </Badge>
                    </td>
                    <td>
                      <Time at={tick.scheduledFor} />
                    </td>
                    <td className="muted">{tick.reason ?? ''}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Paged>
    </div>
  )
}

/** The next five moments of a schedule, as the API computes them: also in nights when the clocks change. */
export const NextFive = ({ cron, timeZone }: { readonly cron: string; readonly timeZone: string }) => {
  const next = useQuery({
    queryKey: ['next-moments', cron, timeZone],
    queryFn: ({ signal }) => client.call<NextMoments>('GET', '/v1/overview/schedule', { query: { cron, timeZone }, signal }),
    staleTime: 60_000,
  })
  if (next.isError) return <ProblemNote error={next.error} />
  return (
    <ol className="moments num" aria-label={messages.schedule.next}>
      {(next.data?.next ?? []).map((moment) => (
        <li key={moment}>
          <span>{formatExact(new Date(moment))}</span> <span className="faint">{formatIn(moment, timeZone)}</span>
        </li>
      ))}
    </ol>
  )
}

const formatIn = (moment: string, timeZone: string): string =>
  new Intl.DateTimeFormat(navigator.language, { weekday: 'short', hour: '2-digit', minute: '2-digit', timeZone, timeZoneName: 'short' }).format(
    new Date(moment),
  )
