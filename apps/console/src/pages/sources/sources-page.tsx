import type { SourceLine } from '@inlet/contract'
import { Link } from '@tanstack/react-router'
import { useDeferredValue, useMemo, useState } from 'react'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { formatNumber } from '../../ui/format.js'
import { Page } from '../../ui/page.js'
import { ProblemNote } from '../../ui/problem.js'
import { Empty, Loading } from '../../ui/states.js'
import { useNow } from '../../ui/time.js'
import { useSearch } from '../../ui/use-search.js'
import { BulkBar } from './bulk-bar.js'
import { BulkInAddress } from './bulk-result.js'
import { classify, countCauses, isShown, matcherOf, SHOWS, SORTS, type SourceFilter, sortSources } from './filter-sources.js'
import { Filters } from './filters.js'
import { SourceList } from './source-list.js'
import { useSame } from './use-same.js'
import { useSelection } from './use-selection.js'
import { useSourceLines } from './use-source-lines.js'
import { useSteadyOrder } from './use-steady-order.js'
import './sources.css'

const oneOf = <T extends string>(choices: readonly T[], value: string | undefined): T =>
  choices.find((choice) => choice === value) ?? (choices[0] as T)

export const SourcesPage = () => {
  const lines = useSourceLines()
  const session = useSession()
  const [search] = useSearch()
  const t = messages.sources
  return (
    <Page
      title={t.title}
      copy={{ path: '/v1/sources', query: { q: search['q'], connector: search['connector'] }, cli: 'inlet sources' }}
      actions={
        <>
          <Link to="/bulk-operations" className="button quiet">
            {t.bulk.list}
          </Link>
          {session.can('createSource') && (
            <Link to="/new-source" className="button primary">
              {t.add}
            </Link>
          )}
        </>
      }
    >
      <div className="stack">
        {lines.isError && <ProblemNote error={lines.error} onRetry={() => void lines.refetch()} />}
        {lines.data?.items.length === 0 ? (
          <NoSources />
        ) : (
          (lines.data !== undefined || !lines.isError) && <Sources items={lines.data?.items ?? null} />
        )}
      </div>
    </Page>
  )
}

const NoSources = () => {
  const session = useSession()
  return (
    <Empty title={messages.sources.none}>
      <p>{messages.sources.noneHint}</p>
      {session.can('createSource') && (
        <Link to="/new-source" className="button primary">
          {messages.sources.add}
        </Link>
      )}
    </Empty>
  )
}

const NONE: readonly SourceLine[] = []

/** One can search before the sources are there (null): they come as they are wanted. */
const Sources = ({ items: known }: { readonly items: readonly SourceLine[] | null }) => {
  const items = known ?? NONE
  const [search, setSearch] = useSearch()
  const now = useNow()
  const filter: SourceFilter = {
    q: search['q'] ?? '',
    show: oneOf(SHOWS, search['show']),
    connector: search['connector'] ?? '',
    reason: search['reason'] ?? '',
    sort: oneOf(SORTS, search['sort']),
  }
  // The field follows the typing at once; 5,000 rows follow as fast as they can.
  const q = useDeferredValue(filter.q)
  const classified = useSame(useMemo(() => items.map((line) => classify(line, now)), [items, now]))
  const matching = useMemo(
    () => classified.filter(matcherOf({ q, connector: filter.connector, reason: filter.reason })),
    [classified, q, filter.connector, filter.reason],
  )
  const counts = useMemo(
    () => Object.fromEntries(SHOWS.map((show) => [show, matching.filter((each) => isShown(each, show, now)).length])),
    [matching, now],
  )
  const shown = useSame(useMemo(() => matching.filter((each) => isShown(each, filter.show, now)), [matching, filter.show, now]))
  const sorted = useMemo(() => sortSources(shown, filter.sort), [shown, filter.sort])
  const [isHeld, setHeld] = useState(false)
  const rows = useSteadyOrder(sorted, isHeld, JSON.stringify([q, filter.show, filter.connector, filter.reason, filter.sort]))
  const connectors = useMemo(() => [...new Set(items.map(({ connector }) => connector))].sort(), [items])
  const reasons = useMemo(() => countCauses(classified), [classified])
  const session = useSession()
  const selected = useSelection(items)
  const selection = session.can('createBulkOperation') ? selected : null
  const t = messages.sources

  return (
    <div className="stack">
      <Filters filter={filter} counts={known === null ? null : counts} connectors={connectors} reasons={reasons} onChange={setSearch} />
      {known !== null && (
        <p className="visually-hidden" role="status">
          {formatNumber(rows.length)} {t.title}
        </p>
      )}
      {known === null ? (
        <Loading />
      ) : rows.length === 0 ? (
        <Empty title={t.noneMatch}>
          <p>{t.noneMatchHint(formatNumber(items.length))}</p>
          <button type="button" className="button" onClick={() => setSearch({ q: null, show: null, connector: null, reason: null })}>
            {t.clear}
          </button>
        </Empty>
      ) : (
        <SourceList rows={rows} selection={selection} sort={filter.sort} onSort={(sort) => setSearch({ sort })} onHold={setHeld} />
      )}
      {selection !== null && selection.ids.size > 0 && (
        <BulkBar lines={items} matching={rows} selection={selection} onBegun={(id) => setSearch({ bulk: id })} />
      )}
      <BulkInAddress />
    </div>
  )
}
