import type { BulkItemView, BulkOperationView } from '@inlet/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { client } from '../../api/client.js'
import { listAll } from '../../api/list-all.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { Actor } from '../../ui/actor.js'
import { Badge } from '../../ui/badge.js'
import { CopyButton } from '../../ui/copy-button.js'
import { Dialog } from '../../ui/dialog.js'
import { formatNumber } from '../../ui/format.js'
import { Name } from '../../ui/name.js'
import { Paged } from '../../ui/paged.js'
import { ProblemNote } from '../../ui/problem.js'
import { Loading } from '../../ui/states.js'
import { Time } from '../../ui/time.js'
import { notifyError } from '../../ui/toasts.js'
import { useSearch } from '../../ui/use-search.js'
import { type BulkRequest, beginBulk } from './bulk-actions.js'
import { bulkWayBack } from './way-back.js'

const BUSY_MS = 700
const TONES: Readonly<Record<BulkItemView['result'], string>> = { waiting: 'busy', done: 'ok', unchanged: 'idle', failed: 'bad', skipped: 'warn' }

/** The bulk operation that the address names, over the page: its progress, and what became of each source. */
export const BulkInAddress = () => {
  const [search, setSearch] = useSearch()
  const { bulk } = search
  return bulk === undefined ? null : (
    <BulkResult key={bulk} id={bulk} onClose={() => setSearch({ bulk: null })} onBegun={(id) => setSearch({ bulk: id })} />
  )
}

interface BulkResultProps {
  readonly id: string
  readonly onClose: () => void
  readonly onBegun: (id: string) => void
}

const BulkResult = ({ id, onClose, onBegun }: BulkResultProps) => {
  const queries = useQueryClient()
  const found = useQuery({
    queryKey: ['bulk', id],
    queryFn: ({ signal }) => client.call<BulkOperationView>('GET', `/v1/bulk-operations/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.doneAt == null ? BUSY_MS : false),
  })
  const isOver = found.data?.doneAt != null
  useEffect(() => {
    if (isOver) for (const queryKey of [['source-lines'], ['bulk-items', id]]) void queries.invalidateQueries({ queryKey })
  }, [isOver, id, queries])
  const t = messages.sources.bulk
  if (found.data === undefined)
    return (
      <Dialog title={t.one} onClose={onClose}>
        {found.isError ? <ProblemNote error={found.error} /> : <Loading />}
      </Dialog>
    )
  const { action, labels, counts, statusesBefore, total, actor, actorName, createdAt, stoppedAt } = found.data
  const back = bulkWayBack(action, statusesBefore)
  return (
    <Dialog title={t.question(t.actions[action], formatNumber(total))} onClose={onClose} className="wide">
      <p role="status">
        {isOver
          ? t.done(formatNumber(counts.done + counts.unchanged), formatNumber(counts.failed))
          : t.progress(formatNumber(total - counts.waiting), formatNumber(total))}
        {stoppedAt !== null && ` ${t.skipped(formatNumber(counts.skipped))}`}
      </p>
      {!isOver && <progress max={total} value={total - counts.waiting} aria-label={t.title} />}
      <p className="faint row wrap">
        <Time at={createdAt} />
        <Actor actor={actor} name={actorName} />
        {Object.entries(labels?.set ?? {}).map(([name, value]) => (
          <span key={name} className="tag">
            + {name}:{value}
          </span>
        ))}
        {labels?.remove.map((name) => (
          <span key={name} className="tag">
            − {name}
          </span>
        ))}
      </p>
      {isOver && back !== null && back.others > 0 && <p className="hint">{t.notBack(t.actions[back.action], formatNumber(back.others))}</p>}
      <Items operation={found.data} />
      <Actions operation={found.data} onClose={onClose} onBegun={onBegun} />
    </Dialog>
  )
}

const Items = ({ operation: { id, counts, doneAt } }: { readonly operation: BulkOperationView }) => {
  const t = messages.sources.bulk
  const [chosen, setChosen] = useState<BulkItemView['result'] | 'all' | null>(null)
  const shown = chosen ?? (counts.failed > 0 ? 'failed' : 'all')
  const present = (['failed', 'done', 'unchanged', 'waiting', 'skipped'] as const).filter((result) => counts[result] > 0)
  return (
    <>
      <fieldset className="chips">
        <legend className="visually-hidden">{messages.sources.show}</legend>
        {(['all', ...present] as const).map((result) => (
          <button key={result} type="button" aria-pressed={shown === result} onClick={() => setChosen(result)}>
            {t.results[result]} {result !== 'all' && <span className="num">{formatNumber(counts[result])}</span>}
          </button>
        ))}
      </fieldset>
      <div className="bulk-results">
        <Paged<BulkItemView>
          queryKey={['bulk-items', id, shown]}
          path={`/v1/bulk-operations/${id}/items`}
          query={{ limit: 200, result: shown === 'all' ? undefined : shown }}
          {...(doneAt === null ? { refetchMs: 2_000 } : {})}
          empty={<p className="muted">{t.noItems}</p>}
        >
          {(items) => (
            <ul>
              {items.map((item) => (
                <li key={item.sourceId}>
                  <Badge tone={TONES[item.result]}>{t.results[item.result]}</Badge>
                  <span className="grow">
                    <Link to="/sources/$ref" params={{ ref: item.slug }} className="link">
                      <Name of={item.name} or={item.slug} />
                    </Link>
                    {item.message !== null && <span className="muted"> {item.message}</span>}
                    {item.next !== null && <span> {item.next}</span>}
                  </span>
                  {item.runId !== null && (
                    <Link to="/runs/$id" params={{ id: item.runId }} className="link nowrap">
                      {messages.runs.one}
                    </Link>
                  )}
                </li>
              ))}
            </ul>
          )}
        </Paged>
      </div>
    </>
  )
}

const Actions = ({ operation, onClose, onBegun }: Omit<BulkResultProps, 'id'> & { readonly operation: BulkOperationView }) => {
  const session = useSession()
  const queries = useQueryClient()
  const { id, action, labels, counts, statusesBefore, doneAt } = operation
  const t = messages.sources.bulk
  const mayBegin = session.can('createBulkOperation') && doneAt !== null
  const back = bulkWayBack(action, statusesBefore)
  const begin = async (
    request: BulkRequest,
    result: BulkItemView['result'],
    isMeant: (item: BulkItemView) => boolean = () => true,
  ): Promise<void> => {
    try {
      const items = await listAll<BulkItemView>(`/v1/bulk-operations/${id}/items`, { query: { result } })
      onBegun(
        await beginBulk(
          request,
          items.filter(isMeant).map(({ sourceId }) => sourceId),
        ),
      )
    } catch (error) {
      notifyError(error)
    }
  }
  const stop = async (): Promise<void> => {
    await client.call('POST', `/v1/bulk-operations/${id}/stop`).catch(notifyError)
    await queries.invalidateQueries({ queryKey: ['bulk', id] })
  }
  return (
    <div className="actions">
      <CopyButton text={location.href} label={messages.copy.link} className="button quiet" />
      {mayBegin && back !== null && (
        <button
          type="button"
          className="button"
          onClick={() => void begin({ action: back.action }, 'done', ({ statusBefore }) => statusBefore === back.status)}
        >
          {back.restores ? t.undo(t.actions[back.action], formatNumber(back.count)) : t.startAgain(formatNumber(back.count))}
        </button>
      )}
      {mayBegin && counts.failed > 0 && (
        <button type="button" className="button" onClick={() => void begin({ action, ...(labels === null ? {} : { labels }) }, 'failed')}>
          {t.again(formatNumber(counts.failed))}
        </button>
      )}
      {doneAt === null && session.can('stopBulkOperation') && (
        <button type="button" className="button" onClick={() => void stop()}>
          {t.stop}
        </button>
      )}
      <button type="button" className="button primary" onClick={onClose}>
        {messages.common.close}
      </button>
    </div>
  )
}
