import type { DropResultView, QuarantinedView, RetryStartView, SourceDetail } from '@inlet/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { formatNumber } from '../../ui/format.js'
import { Name } from '../../ui/name.js'
import { Paged } from '../../ui/paged.js'
import { Reason } from '../../ui/reason.js'
import { reasonText } from '../../ui/reason-text.js'
import { Empty } from '../../ui/states.js'
import { Time } from '../../ui/time.js'
import { notify, notifyError } from '../../ui/toasts.js'
import { useSearch } from '../../ui/use-search.js'
import { QuarantinedDialog } from './quarantined-dialog.js'
import { refreshSource } from './refresh-source.js'

/** The open records of a source in quarantine: looked at, edited, retried one by one or all that are shown. */
export const QuarantineTab = ({ source }: { readonly source: SourceDetail }) => {
  const [search, setSearch] = useSearch()
  const [isBusy, setBusy] = useState(false)
  const [isDropping, setDropping] = useState(false)
  const session = useSession()
  const queries = useQueryClient()
  const t = messages.quarantine
  const filter = { stream: search['stream'], reason: search['reason'] }
  const isAll = filter.reason === undefined && filter.stream === undefined
  const choice = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
  const refresh = (): Promise<void> => refreshSource(queries, source)
  const retryAll = async (): Promise<void> => {
    setBusy(true)
    try {
      const started = await client.call<RetryStartView>('POST', `/v1/sources/${source.id}/quarantine/retry`, { body: choice })
      notify(t.retried(formatNumber(started.selected), formatNumber(started.skipped)))
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
      await refresh()
    }
  }
  const dropAll = async (): Promise<void> => {
    const { dropped } = await client.call<DropResultView>('POST', `/v1/sources/${source.id}/quarantine/drop`, { body: choice })
    notify(t.droppedAll(formatNumber(dropped)))
    await refresh()
  }
  return (
    <div className="stack">
      <div className="row wrap">
        {(['reason', 'stream'] as const).map(
          (name) =>
            search[name] !== undefined && (
              <button key={name} type="button" className="button small" onClick={() => setSearch({ [name]: null })}>
                {name === 'reason' ? reasonText(search[name]) : search[name]} ×
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
                  {isAll ? t.retryAll : t.retryShown}
                </button>
              )}
              {session.can('dropQuarantine') && (
                <button type="button" className="button quiet danger" onClick={() => setDropping(true)}>
                  {isAll ? t.dropAll : t.dropShown}
                </button>
              )}
            </div>
            <div className="panel table-wrap" tabIndex={0}>
              <table className="table stacks">
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
                          <Name of={item.key ?? t.noKey} or={t.noKey} />
                        </button>
                        <p className="faint">
                          <Name of={item.stream} />
                        </p>
                      </td>
                      <td>
                        <Reason of={item.reason} />
                        <p className="muted">{item.message}</p>
                      </td>
                      <td className="right num" data-label={t.seen}>
                        {formatNumber(item.occurrences)}
                      </td>
                      <td data-label={t.lastSeen}>
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
      {isDropping && (
        <ConfirmDialog
          title={isAll ? t.dropAll : t.dropShown}
          text={t.dropHint}
          submit={t.drop}
          onClose={() => setDropping(false)}
          onConfirm={dropAll}
        />
      )}
      {search['item'] !== undefined && <QuarantinedDialog id={search['item']} source={source} onClose={() => setSearch({ item: null })} />}
    </div>
  )
}
