import { messages } from '../../messages.js'
import { Page } from '../../ui/page.js'
import { useSearch } from '../../ui/use-search.js'
import { RunList } from './run-list.js'

export const RunsPage = () => {
  const [search, setSearch] = useSearch()
  const t = messages.runs
  return (
    <Page
      title={t.title}
      copy={{
        path: '/v1/runs',
        query: { outcome: search['outcome'] },
        cli: `inlet runs${search['outcome'] === undefined ? '' : ` --outcome ${search['outcome']}`}`,
      }}
      actions={
        <select
          className="input narrow"
          aria-label={t.outcome}
          value={search['outcome'] ?? ''}
          onChange={(event) => setSearch({ outcome: event.target.value })}
        >
          <option value="">{t.anyOutcome}</option>
          {Object.entries(t.outcomes).map(([outcome, text]) => (
            <option key={outcome} value={outcome}>
              {text}
            </option>
          ))}
        </select>
      }
    >
      <RunList outcome={search['outcome']} />
    </Page>
  )
}
