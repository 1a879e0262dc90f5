import { messages } from '../../messages.js'
import { formatNumber } from '../../ui/format.js'
import { SearchField } from '../../ui/search-field.js'
import { causeText } from './condition.js'
import { SHOWS, SORTS, type SourceFilter } from './filter-sources.js'
import { SavedFilters } from './saved-filters.js'

interface FiltersProps {
  readonly filter: SourceFilter
  /** Null while nobody knows. */
  readonly counts: Readonly<Record<string, number>> | null
  readonly connectors: readonly string[]
  /** What sources need somebody for, and how many. */
  readonly reasons: readonly (readonly [reason: string, count: number])[]
  readonly onChange: (change: Readonly<Record<string, string | null>>) => void
}

export const Filters = ({ filter, counts, connectors, reasons, onChange }: FiltersProps) => {
  const t = messages.sources
  return (
    <div className="stack tight">
      <div className="row wrap">
        <SearchField label={t.search} hint={t.searchHint} value={filter.q} onChange={(q) => onChange({ q })} />
        <select
          className="input narrow"
          aria-label={t.connector}
          value={filter.connector}
          onChange={(event) => onChange({ connector: event.target.value })}
        >
          <option value="">{t.anyConnector}</option>
          {connectors.map((connector) => (
            <option key={connector}>{connector}</option>
          ))}
        </select>
        {(reasons.length > 0 || filter.reason !== '') && (
          <select className="input narrow" aria-label={t.reason} value={filter.reason} onChange={(event) => onChange({ reason: event.target.value })}>
            <option value="">{t.anyReason}</option>
            {reasons.map(([reason, count]) => (
              <option key={reason} value={reason} title={reason}>
                {causeText(reason)} ({formatNumber(count)})
              </option>
            ))}
            {filter.reason !== '' && !reasons.some(([reason]) => reason === filter.reason) && (
              <option value={filter.reason}>{causeText(filter.reason)}</option>
            )}
          </select>
        )}
        <select
          className="input narrow"
          aria-label={t.sort}
          value={filter.sort}
          onChange={(event) => onChange({ sort: event.target.value === SORTS[0] ? null : event.target.value })}
        >
          {SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {t.sorts[sort]}
            </option>
          ))}
        </select>
      </div>
      <fieldset className="chips">
        <legend className="visually-hidden">{t.show}</legend>
        {SHOWS.map((show) => (
          <button
            key={show}
            type="button"
            aria-pressed={filter.show === show}
            data-show={show}
            onClick={() => onChange({ show: show === SHOWS[0] ? null : show })}
          >
            {t.shows[show]} <span className="num">{counts === null ? '' : formatNumber(counts[show] ?? 0)}</span>
          </button>
        ))}
      </fieldset>
      <SavedFilters />
    </div>
  )
}
