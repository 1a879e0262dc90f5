import type { WorkerView } from '@inlet/contract'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { Badge } from '../../ui/badge.js'
import { formatNumber } from '../../ui/format.js'
import { Page } from '../../ui/page.js'
import { Time } from '../../ui/time.js'
import { Listed } from './listed.js'

const toneOf = ({ alive, refuses, problem, reason }: WorkerView): string =>
  !alive || reason != null ? 'bad' : refuses !== null || problem !== null ? 'warn' : 'ok'

export const WorkersPage = () => {
  const t = messages.workers
  const session = useSession()
  return (
    <Page
      title={t.title}
      copy={{ path: '/v1/workers', cli: 'inlet workers' }}
      actions={
        session.scopes.includes('admin') ? (
          <a className="button" href="/admin/queues">
            {t.board}
          </a>
        ) : undefined
      }
    >
      <Listed<WorkerView>
        queryKey={['workers']}
        path="/v1/workers"
        refetchMs={5_000}
        none={t.none}
        noneHint={t.noneHint}
        head={[t.process, t.state, t.load, t.host, t.version, t.started]}
        row={(worker) => [
          <span key="p">
            {t.roles[worker.role]} <span className="faint mono">{worker.id.slice(0, 12)}</span>
          </span>,
          <span key="s">
            <Badge tone={toneOf(worker)}>
              {!worker.alive ? t.dead : worker.reason != null ? t.cannotStore : worker.refuses === null ? t.alive : t.refuses[worker.refuses]}
            </Badge>
            {worker.problem !== null && <p className="muted">{worker.problem}</p>}
            {worker.backpressure && <p className="muted">{t.backpressure}</p>}
          </span>,
          <span key="l" className="num">
            {t.of(formatNumber(worker.running), formatNumber(worker.concurrency))}
          </span>,
          `${worker.host} (${worker.pid})`,
          worker.version,
          <Time key="t" at={worker.startedAt} />,
        ]}
        keyOf={({ id }) => id}
      />
    </Page>
  )
}
