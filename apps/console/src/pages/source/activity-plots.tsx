import type { SourceActivityView } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { formatCompact, formatDuration } from '../../ui/format.js'
import { ProblemNote } from '../../ui/problem.js'
import { useSearch } from '../../ui/use-search.js'
import { HoursSwitch, hoursOf } from '../overview/hours-switch.js'
import { Plot } from '../overview/plot.js'

/** How much the source brought, how it went, and how far it was behind. */
export const ActivityPlots = ({ source }: { readonly source: string }) => {
  const [search] = useSearch()
  const hours = hoursOf(search)
  const activity = useQuery({
    queryKey: ['source', source, 'activity', hours],
    queryFn: ({ signal }) => client.call<SourceActivityView>('GET', `/v1/sources/${source}/activity`, { query: { hours }, signal }),
    refetchInterval: 10_000,
    placeholderData: (before) => before,
  })
  const t = messages.overview.plots
  if (activity.data === undefined)
    return activity.isError ? (
      <ProblemNote error={activity.error} onRetry={() => void activity.refetch()} />
    ) : (
      <div className="plots-place" aria-busy="true" />
    )
  const { buckets, bucketSeconds } = activity.data
  const series = (pick: (bucket: SourceActivityView['buckets'][number]) => number | null) =>
    buckets.map((bucket) => ({ at: bucket.at, value: pick(bucket) }))
  const per = formatDuration(bucketSeconds)
  return (
    <div className="stack tight">
      <div className="row between">
        <h2>{messages.source.activity}</h2>
        <HoursSwitch />
      </div>
      <div className="columns">
        <Plot title={t.records(per)} kind="bars" format={formatCompact} buckets={series(({ records }) => records)} />
        <Plot title={t.lag} kind="line" format={formatDuration} buckets={series(({ lagSeconds }) => lagSeconds)} isTime />
        <Plot title={t.length} kind="points" format={formatDuration} buckets={series(({ durationSeconds }) => durationSeconds)} isTime />
        <Plot title={t.failed(per)} kind="bars" tone="bad" format={formatCompact} buckets={series(({ failed }) => failed)} />
      </div>
    </div>
  )
}
