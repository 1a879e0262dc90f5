import type { AuditEntryView } from '@inlet/contract'
import { messages } from '../../messages.js'
import { Page } from '../../ui/page.js'
import { SearchField } from '../../ui/search-field.js'
import { Time } from '../../ui/time.js'
import { useSearch } from '../../ui/use-search.js'
import { Listed } from './listed.js'

/** Who changed what, and when. */
export const AuditPage = () => {
  const [search, setSearch] = useSearch()
  const t = messages.audit
  return (
    <Page title={t.title} copy={{ path: '/v1/audit', query: { action: search['action'], target: search['target'] }, cli: 'inlet audit' }}>
      <div className="stack">
        <div className="row wrap">
          <SearchField
            label={t.action}
            hint={t.actionHint}
            value={search['action'] ?? ''}
            pauseMs={300}
            onChange={(action) => setSearch({ action })}
          />
        </div>
        <Listed<AuditEntryView>
          queryKey={['audit', search['action'] ?? '', search['target'] ?? '']}
          path="/v1/audit"
          query={{ action: search['action'], target: search['target'] }}
          none={t.none}
          head={[t.at, t.actor, t.action, t.target]}
          row={(entry) => [
            <Time key="t" at={entry.at} />,
            <span key="a" className="mono">
              {entry.actor}
            </span>,
            <span key="c" className="mono">
              {entry.action}
            </span>,
            <button
              key="x"
              type="button"
              className="hit-title link mono"
              onClick={() => setSearch({ target: search['target'] === undefined ? entry.targetId : null })}
            >
              {entry.targetType} {entry.targetId}
            </button>,
          ]}
          keyOf={({ id }) => id}
        />
      </div>
    </Page>
  )
}
