import type { ConnectorSummary } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { listAll } from '../../api/list-all.js'
import { messages } from '../../messages.js'
import { Page } from '../../ui/page.js'
import { ProblemNote } from '../../ui/problem.js'
import { SearchField } from '../../ui/search-field.js'
import { Empty, Loading } from '../../ui/states.js'
import { useSearch } from '../../ui/use-search.js'
import { ConfigureSource } from './configure-source.js'
import './new-source.css'

/** From nothing to a source that runs: choose a connector, then configure, test and start it. */
export const NewSourcePage = () => {
  const [search] = useSearch()
  const type = search['connector']
  return (
    <Page
      title={messages.newSource.title}
      copy={{
        path: type === undefined ? '/v1/connectors' : `/v1/connectors/${type}`,
        cli: `inlet connectors${type === undefined ? '' : ` ${type}`}`,
      }}
    >
      {type === undefined ? <Catalog /> : <ConfigureSource key={type} type={type} />}
    </Page>
  )
}

const Catalog = () => {
  const [search, setSearch] = useSearch()
  const connectors = useQuery({
    queryKey: ['connectors'],
    queryFn: ({ signal }) => listAll<ConnectorSummary>('/v1/connectors', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const t = messages.newSource
  if (connectors.data === undefined)
    return connectors.isError ? <ProblemNote error={connectors.error} onRetry={() => void connectors.refetch()} /> : <Loading />
  const words = (search['q'] ?? '').toLowerCase().split(/\s+/u).filter(Boolean)
  const found = connectors.data.filter(({ title, type, description }) =>
    words.every((word) => `${title} ${type} ${description}`.toLowerCase().includes(word)),
  )
  return (
    <div className="stack">
      <p className="muted">{t.choose}</p>
      <SearchField label={t.search} hint={t.searchHint} value={search['q'] ?? ''} onChange={(q) => setSearch({ q })} />
      {found.length === 0 ? (
        <Empty title={t.noneMatch}>
          <p>{t.noneMatchHint}</p>
        </Empty>
      ) : (
        <ul className="catalog">
          {found.map(({ type, title, description, origin }) => (
            <li key={type}>
              <Link to="/new-source" search={{ connector: type }} className="card" data-row>
                <strong>{title}</strong>
                <span className="muted">{description}</span>
                {origin === 'package' && <span className="tag">{t.fromPackage}</span>}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
