import type { AuditEntryView } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { Actor, actorText } from '../../ui/actor.js'
import { Page } from '../../ui/page.js'
import { SearchField } from '../../ui/search-field.js'
import { Time } from '../../ui/time.js'
import { useSearch } from '../../ui/use-search.js'
import { AuditTarget, targetText } from './audit-target.js'
import { Listed } from './listed.js'

const PATH = '/v1/audit'
type SetSearch = ReturnType<typeof useSearch>[1]

/** Who changed what, and when. */
export const AuditPage = () => {
  const [search, setSearch] = useSearch()
  const t = messages.audit
  const { action, target, actor } = search
  return (
    <Page title={t.title} copy={{ path: PATH, query: { action, target, actor }, cli: 'inlet audit' }}>
      <div className="stack">
        <div className="row wrap">
          <SearchField label={t.action} hint={t.actionHint} value={action ?? ''} pauseMs={300} onChange={(text) => setSearch({ action: text })} />
          <Chosen actor={actor} target={target} onChange={setSearch} />
        </div>
        <Listed<AuditEntryView>
          queryKey={['audit', action ?? '', target ?? '', actor ?? '']}
          path={PATH}
          query={{ action, target, actor }}
          none={t.none}
          head={[t.at, t.actor, t.action, t.target, t.details]}
          row={(entry) => [
            <Time key="t" at={entry.at} />,
            <Actor key="a" actor={entry.actor} name={entry.actorName} />,
            <span key="c" className="mono">
              {entry.action}
            </span>,
            <AuditTarget key="x" {...entry} />,
            <Details key="d" entry={entry} onChange={setSearch} />,
          ]}
          keyOf={({ id }) => id}
        />
      </div>
    </Page>
  )
}

interface ChosenProps {
  readonly actor: string | undefined
  readonly target: string | undefined
  readonly onChange: SetSearch
}

/** Whose entries, or those about what, are shown; the address has their ids. */
const Chosen = ({ actor, target, onChange }: ChosenProps) => {
  const first = useQuery({
    queryKey: ['audit-names', target ?? '', actor ?? ''],
    queryFn: ({ signal }) => client.call<{ readonly items: readonly AuditEntryView[] }>('GET', PATH, { query: { target, actor, limit: 1 }, signal }),
    enabled: actor !== undefined || target !== undefined,
  })
  const entry = first.data?.items[0]
  return (
    <>
      {actor !== undefined && (
        <button type="button" className="button small" onClick={() => onChange({ actor: null })}>
          {messages.audit.actor}: {entry === undefined ? actor : actorText({ actor, name: entry.actorName })} ×
        </button>
      )}
      {target !== undefined && (
        <button type="button" className="button small" onClick={() => onChange({ target: null })}>
          {messages.audit.target}: {entry === undefined ? target : targetText(entry)} ×
        </button>
      )}
    </>
  )
}

/** The ids and hashes of an entry, for who needs them. */
const Details = ({ entry, onChange }: { readonly entry: AuditEntryView; readonly onChange: SetSearch }) => {
  const t = messages.audit
  const facts: readonly (readonly [string, string | null])[] = [
    [t.actorId, entry.actor],
    [t.targetId, entry.targetId],
    [t.before, entry.beforeHash],
    [t.after, entry.afterHash],
  ]
  return (
    <details className="more">
      <summary>{t.details}</summary>
      <div className="stack tight">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <p key={name}>
              <span className="muted">{name}</span> <code>{value}</code>
            </p>
          ),
        )}
        <div className="row wrap">
          <button type="button" className="button small" onClick={() => onChange({ target: entry.targetId })}>
            {t.onlyTarget}
          </button>
          <button type="button" className="button small" onClick={() => onChange({ actor: entry.actor })}>
            {t.onlyActor}
          </button>
        </div>
      </div>
    </details>
  )
}
