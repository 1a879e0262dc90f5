import type { QuarantinedView, RetryStartView, SourceDetail } from '@inlet/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { formatNumber } from '../../ui/format.js'
import { Paged } from '../../ui/paged.js'
import { Empty } from '../../ui/states.js'
import { Time } from '../../ui/time.js'
import { notify, notifyError } from '../../ui/toasts.js'
import { useSearch } from '../../ui/use-search.js'
import { QuarantinedDialog } from './quarantined-dialog.js'

/** The open records of a source in quarantine: looked at, edited, retried one by one or all that are shown. */
export const QuarantineTab = ({ source }: { readonly source: SourceDetail }) => {
  const [search, setSearch] = useSearch()
  const [isBusy, setBusy] = useState(false)
  const session = useSession()
  const queries = useQueryClient()
  const t = messages.quarantine
  const filter = { stream: search['stream'], reason: search['reason'] }
  const retryAll = async (): Promise<void> => {
    setBusy(true)
    try {
      const body = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
      const started = await client.call<RetryStartView>('POST', `/v1/sources/${source.id}/quarantine/retry`, { body })
      notify(t.retried(formatNumber(started.selected), formatNumber(started.skipped)))
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
      await queries.invalidateQueries({ queryKey: ['source', source.slug] })
    }
  }
  return (
    <div className="stack">
      <div className="row wrap">
        {(['reason', 'stream'] as const).map(
          (name) =>
            search[name] !== undefined && (
              <button key={name} type="button" className="button small" onClick={() => setSearch({ [name]: null })}>
                {search[name]} ×
              </button>
            ),
        )}
      </div>
      <Paged<QuarantinedView>
        queryKey={['source', source.slug, 'quarantine', filter]}
        path={`/v1/sources/${source.id}/quarantine`}
        query={{ ...filter, state: 'open' }}
        refetchMs={5_000}
        empty={
          <Empty title={t.none}>
            <p>{t.noneHint}</p>
          </Empty>
        }
      >
        {(items) => (
          <>
            <div className="row">
              <span className="grow" />
              {session.can('retryQuarantine') && (
                <button type="button" className="button" disabled={isBusy} onClick={() => void retryAll()}>
                  {filter.reason === undefined && filter.stream === undefined ? t.retryAll : t.retryShown}
                </button>
              )}
            </div>
            <div className="panel table-wrap" tabIndex={0}>
              <table className="table">
                <thead>
                  <tr>
                    <th>{messages.records.key}</th>
                    <th>{t.reason}</th>
                    <th className="right">{t.seen}</th>
                    <th>{t.lastSeen}</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((item) => (
                    <tr key={item.id}>
                      <td>
                        <button type="button" className="hit-title link" data-row onClick={() => setSearch({ item: item.id })}>
                          {item.key ?? t.noKey}
                        </button>
                        <p className="faint">{item.stream}</p>
                      </td>
                      <td>
                        <span className="mono">{item.reason}</span>
                        <p className="muted">{item.message}</p>
                      </td>
                      <td className="right num">{formatNumber(item.occurrences)}</td>
                      <td>
                        <Time at={item.lastSeenAt} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
      </Paged>
      {search['item'] !== undefined && <QuarantinedDialog id={search['item']} slug={source.slug} onClose={() => setSearch({ item: null })} />}
    </div>
  )
}
