import type { NextMoments } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { ProblemNote } from '../../ui/problem.js'

/** The next five times of a schedule, as the API computes them: also in nights when the clocks change. */
export const NextFive = ({ cron, timeZone }: { readonly cron: string; readonly timeZone: string }) => {
  const next = useQuery({
    queryKey: ['next-moments', cron, timeZone],
    queryFn: ({ signal }) => client.call<NextMoments>('GET', '/v1/overview/schedule', { query: { cron, timeZone }, signal }),
    staleTime: 60_000,
  })
  const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (next.isError) return <ProblemNote error={next.error} />
  return (
    <ol className="moments num" aria-label={messages.schedule.next}>
      {(next.data?.next ?? []).map((moment) => (
        <li key={moment}>
          <span>{formatDue(moment)}</span> {timeZone !== ownZone && <span className="faint">{formatIn(moment, timeZone)}</span>}
        </li>
      ))}
    </ol>
  )
}

/** In the zone of the reader; cron knows no seconds. */
const formatDue = (moment: string): string => formatIn(moment, undefined, { day: 'numeric', month: 'short', year: 'numeric' })

const formatIn = (moment: string, timeZone: string | undefined, day: Intl.DateTimeFormatOptions = {}): string =>
  new Intl.DateTimeFormat(navigator.language, {
    weekday: 'short',
    ...day,
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(new Date(moment))
