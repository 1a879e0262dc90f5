import type { BulkOperationView } from '@inlet/contract'
import { messages } from '../../messages.js'
import { Actor } from '../../ui/actor.js'
import { Badge } from '../../ui/badge.js'
import { formatNumber } from '../../ui/format.js'
import { Page } from '../../ui/page.js'
import { Time } from '../../ui/time.js'
import { useSearch } from '../../ui/use-search.js'
import { Listed } from '../operate/listed.js'
import { BulkInAddress } from './bulk-result.js'
import './sources.css'

/** What was done to many sources at once, and what came of it. */
export const BulkPage = () => {
  const [, setSearch] = useSearch()
  const t = messages.sources.bulk
  return (
    <Page title={t.list} copy={{ path: '/v1/bulk-operations' }}>
      <Listed<BulkOperationView>
        queryKey={['bulk-list']}
        path="/v1/bulk-operations"
        refetchMs={3_000}
        none={t.none}
        noneHint={t.noneHint}
        head={[t.what, messages.sources.columns.state, messages.audit.at, messages.audit.actor]}
        row={(operation) => {
          const { id, action, total, counts, doneAt, createdAt, actor, actorName } = operation
          return [
            <button key="w" type="button" className="hit-title link" data-row onClick={() => setSearch({ bulk: id })}>
              {t.question(t.actions[action], formatNumber(total))}
            </button>,
            doneAt === null ? (
              <Badge key="s" tone="busy">
                {t.progress(formatNumber(total - counts.waiting), formatNumber(total))}
              </Badge>
            ) : (
              <Badge key="s" tone={counts.failed > 0 ? 'bad' : 'ok'}>
                {t.done(formatNumber(counts.done + counts.unchanged), formatNumber(counts.failed))}
              </Badge>
            ),
            <Time key="t" at={createdAt} />,
            <Actor key="a" actor={actor} name={actorName} />,
          ]
        }}
        keyOf={({ id }) => id}
      />
      <BulkInAddress />
    </Page>
  )
}
