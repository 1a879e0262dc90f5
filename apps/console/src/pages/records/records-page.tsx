import type { RecordHit } from '@inlet/contract'
import { Link } from '@tanstack/react-router'
import { quote } from '../../api/shell-text.js'
import { messages } from '../../messages.js'
import { Page } from '../../ui/page.js'
import { Paged } from '../../ui/paged.js'
import { SearchField } from '../../ui/search-field.js'
import { Empty } from '../../ui/states.js'
import { Time } from '../../ui/time.js'
import { useSearch } from '../../ui/use-search.js'
import { RecordDialog } from './record-dialog.js'
import { titleOf } from './title-of.js'
import './records.css'
import { Name } from '../../ui/name.js'

const KINDS = ['row', 'document', 'event', 'item'] as const

/** Search over everything that is stored; what is found says where it comes from. */
export const RecordsPage = () => {
  const [search, setSearch] = useSearch()
  const t = messages.records
  const query = { q: search['q'], source: search['source'], stream: search['stream'], kind: search['kind'], deleted: search['deleted'] }
  return (
    <Page
      title={t.title}
      copy={{
        path: '/v1/records',
        query,
        cli: `inlet search ${quote(search['q'] ?? '')}${query.source === undefined ? '' : ` --source ${query.source}`}`,
      }}
    >
      <div className="stack">
        <div className="row wrap">
          <SearchField label={t.search} hint={t.searchHint} value={search['q'] ?? ''} pauseMs={250} onChange={(q) => setSearch({ q })} />
          <select
            className="input narrow"
            aria-label={t.kind}
            value={search['kind'] ?? ''}
            onChange={(event) => setSearch({ kind: event.target.value })}
          >
            <option value="">{t.anyKind}</option>
            {KINDS.map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
          <select
            className="input narrow"
            aria-label={t.deleted}
            value={search['deleted'] ?? ''}
            onChange={(event) => setSearch({ deleted: event.target.value })}
          >
            <option value="">{t.live}</option>
            <option value="include">{t.withDeleted}</option>
            <option value="only">{t.onlyDeleted}</option>
          </select>
          {(['source', 'stream'] as const).map(
            (name) =>
              search[name] !== undefined && (
                <button key={name} type="button" className="button small" onClick={() => setSearch({ [name]: null })}>
                  {name}: {search[name]} ×
                </button>
              ),
          )}
        </div>
        <Paged<RecordHit>
          queryKey={['records', query]}
          path="/v1/records"
          query={query}
          empty={
            <Empty title={Object.values(query).some(Boolean) ? t.noneMatch : t.none}>
              <p>{t.noneHint}</p>
            </Empty>
          }
        >
          {(hits) => (
            <ul className="panel hits">
              {hits.map((hit) => (
                <Hit key={hit.id} hit={hit} onOpen={() => setSearch({ record: hit.id })} />
              ))}
            </ul>
          )}
        </Paged>
        {search['record'] !== undefined && <RecordDialog id={search['record']} onClose={() => setSearch({ record: null })} />}
      </div>
    </Page>
  )
}

const Hit = ({ hit, onOpen }: { readonly hit: RecordHit; readonly onOpen: () => void }) => (
  <li>
    <button type="button" className="hit-title" data-row onClick={onOpen}>
      <Name of={titleOf(hit)} max={200} />
    </button>
    {typeof hit.snippet === 'string' && hit.snippet !== '' && (
      <p className="snippet">
        <Highlighted text={hit.snippet} />
      </p>
    )}
    <p className="row wrap faint">
      <Link to="/sources/$ref" params={{ ref: hit.provenance.slug }} className="link">
        <Name of={hit.provenance.source} or={hit.provenance.slug} />
      </Link>
      <Name of={hit.stream} max={60} />
      <span className="truncate key">
        <Name of={hit.key} />
      </span>
      <Time at={hit.provenance.fetchedAt} />
      {hit.deletedAt !== null && <span className="tag">{messages.records.isDeleted}</span>}
    </p>
  </li>
)

/** A text of the search, whose matches stand between ** and **; as text, never as HTML. */
const Highlighted = ({ text }: { readonly text: string }) => (
  <>
    {text.split('**').map((part, index) => (
      // Parts have no identity but their place.
      // oxlint-disable-next-line react/no-array-index-key
      <span key={index}>{index % 2 === 1 ? <mark>{part}</mark> : part}</span>
    ))}
  </>
)
