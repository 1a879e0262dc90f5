import type { QuarantineGroups } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { formatNumber } from '../../ui/format.js'
import { Name } from '../../ui/name.js'
import { Page } from '../../ui/page.js'
import { ProblemNote } from '../../ui/problem.js'
import { Reason } from '../../ui/reason.js'
import { Empty, Loading } from '../../ui/states.js'
import { Time } from '../../ui/time.js'

/** What could not be stored, of all sources, by source, stream and reason. */
export const QuarantinePage = () => {
  const groups = useQuery({
    queryKey: ['quarantine-groups'],
    queryFn: ({ signal }) => client.call<QuarantineGroups>('GET', '/v1/overview/quarantine', { signal }),
    refetchInterval: 10_000,
  })
  const t = messages.quarantine
  return (
    <Page title={t.title} copy={{ path: '/v1/overview/quarantine' }}>
      {groups.data === undefined ? (
        groups.isError ? (
          <ProblemNote error={groups.error} onRetry={() => void groups.refetch()} />
        ) : (
          <Loading />
        )
      ) : groups.data.items.length === 0 ? (
        <Empty title={t.none}>
          <p>{t.noneHint}</p>
        </Empty>
      ) : (
        <div className="panel table-wrap" tabIndex={0}>
          <table className="table stacks">
            <thead>
              <tr>
                <th>{messages.sources.columns.name}</th>
                <th>{messages.source.stream}</th>
                <th>{t.reason}</th>
                <th className="right">{t.count}</th>
                <th>{t.lastSeen}</th>
              </tr>
            </thead>
            <tbody>
              {groups.data.items.map((group) => (
                <tr key={group.sourceId + group.stream + group.reason}>
                  <td>
                    <Link
                      to="/sources/$ref"
                      params={{ ref: group.slug }}
                      search={{ tab: 'quarantine', reason: group.reason, stream: group.stream }}
                      className="link"
                      data-row
                    >
                      <Name of={group.name} or={group.slug} />
                    </Link>
                  </td>
                  <td data-label={messages.source.stream}>
                    <Name of={group.stream} />
                  </td>
                  <td>
                    <Reason of={group.reason} />
                    <p className="muted">{group.message}</p>
                  </td>
                  <td className="right num" data-label={t.count}>
                    {formatNumber(group.count)}
                  </td>
                  <td data-label={t.lastSeen}>
                    <Time at={group.lastSeenAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Page>
  )
}
