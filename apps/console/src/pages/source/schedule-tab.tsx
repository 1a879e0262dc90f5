import type { SourceDetail, TickView } from '@inlet/contract'
import { Link } from '@tanstack/react-router'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { Badge } from '../../ui/badge.js'
import { Paged } from '../../ui/paged.js'
import { Time } from '../../ui/time.js'
import { describeCron } from '../source-fields/describe-cron.js'
import { NextFive } from '../source-fields/next-five.js'

const TONES: Readonly<Record<TickView['outcome'], string>> = { ran: 'ok', coalesced: 'none', skipped: 'warn', paused: 'idle', missed: 'bad' }

/** When the source is read, in words and as moments, and what became of the moments that are over. */
export const ScheduleTab = ({ source }: { readonly source: SourceDetail }) => {
  const t = messages.schedule
  const session = useSession()
  return (
    <div className="stack">
      <section className="panel">
        <header>
          <h2>{t.title}</h2>
          {source.schedule !== null && (
            <span className="muted grow">
              <code>{source.schedule.cron}</code> {source.schedule.timeZone}
            </span>
          )}
          {session.can('updateSource') && (
            <Link to="/sources/$ref" params={{ ref: source.slug }} search={{ tab: 'settings' }} className="button small">
              {t.change}
            </Link>
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
          <div className="panel table-wrap" tabIndex={0}>
            <table className="table stacks">
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
                    <td data-label={t.due}>
                      <Time at={tick.scheduledFor} />
                    </td>
                    <td className="muted" data-label={t.reason}>
                      {tick.reason ?? ''}
                    </td>
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
