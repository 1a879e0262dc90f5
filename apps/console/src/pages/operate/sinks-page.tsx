import type { SinkTestView, SinkView } from '@inlet/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { Badge } from '../../ui/badge.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { formatDuration, formatNumber } from '../../ui/format.js'
import { inConsole } from '../../ui/in-console.js'
import { Name } from '../../ui/name.js'
import { Page } from '../../ui/page.js'
import { shownName } from '../../ui/shown-name.js'
import { Time } from '../../ui/time.js'
import { notify, notifyError } from '../../ui/toasts.js'
import { WithTimes } from '../../ui/with-times.js'
import { Listed } from './listed.js'
import { SinkDialog } from './sink-dialog.js'

const TONES = { paused: 'idle', refused: 'bad', failing: 'bad', delivering: 'busy', current: 'ok' } as const

/** How far a sink is behind, in words. */
const lagOf = ({ lag }: SinkView): string => {
  const t = messages.sinks
  if (lag.changes === null) return t.backlog
  return lag.changes === 0 ? t.none : t.waiting(formatNumber(lag.changes), formatDuration(lag.seconds ?? 0))
}

/** Where changes are delivered to, how far each is, and what is wrong. */
export const SinksPage = () => {
  const t = messages.sinks
  const session = useSession()
  const queries = useQueryClient()
  const [editing, setEditing] = useState<SinkView | 'new' | null>(null)
  const [deleting, setDeleting] = useState<SinkView | null>(null)
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ['sinks'] })
  const turn = async ({ id, name }: SinkView, active: boolean): Promise<void> => {
    try {
      await client.call('PATCH', `/v1/sinks/${id}`, { body: { active } })
      await refresh()
      notify(active ? t.resumed(name) : t.paused(name))
    } catch (error) {
      notifyError(error)
    }
  }
  const test = async ({ id, name }: SinkView): Promise<void> => {
    try {
      const { delivered, status, error, durationMs, next } = await client.call<SinkTestView>('POST', `/v1/sinks/${id}/test`)
      if (delivered && status !== null) notify(t.tested(name, status, formatDuration(durationMs / 1_000)))
      else notifyError(new Error(t.testFailed(name, error ?? '', inConsole(next ?? ''))))
    } catch (error) {
      notifyError(error)
    }
  }
  const remove = async ({ id }: SinkView): Promise<void> => {
    await client.call('DELETE', `/v1/sinks/${id}`)
    await refresh()
  }
  return (
    <Page
      title={t.title}
      copy={{ path: '/v1/sinks', cli: 'inlet sinks' }}
      actions={
        session.can('createSink') ? (
          <button type="button" className="button primary" onClick={() => setEditing('new')}>
            {t.add}
          </button>
        ) : undefined
      }
    >
      <Listed<SinkView>
        queryKey={['sinks']}
        path="/v1/sinks"
        refetchMs={5_000}
        none={t.noSinks}
        noneHint={t.noSinksHint}
        head={[t.name, t.state, t.lag, t.delivered, '']}
        row={(sink) => [
          <span key="n">
            <strong>
              <Name of={sink.name} />
            </strong>
            <p className="muted mono">{sink.url}</p>
          </span>,
          <span key="s">
            <Badge tone={TONES[sink.status]}>{t.statuses[sink.status]}</Badge>
            <p className="muted">
              <WithTimes text={sink.why} />
            </p>
            {sink.status !== 'current' && sink.next !== '' && (
              <p className="muted">
                <WithTimes text={sink.next} />
              </p>
            )}
          </span>,
          <span key="l" className="num">
            {lagOf(sink)}
          </span>,
          <span key="d">
            <span className="num">{formatNumber(sink.delivered)}</span>
            <p className="muted">
              <Time at={sink.deliveredAt} />
            </p>
          </span>,
          <span key="b" className="row wrap">
            {session.can('testSink') && (
              <button type="button" className="button small" onClick={() => void test(sink)}>
                {t.test}
              </button>
            )}
            {session.can('updateSink') && (
              <>
                <button type="button" className="button small" onClick={() => void turn(sink, !sink.active)}>
                  {sink.active ? t.pause : t.resume}
                </button>
                <button type="button" className="button small" onClick={() => setEditing(sink)}>
                  {t.change}
                </button>
              </>
            )}
            {session.can('deleteSink') && (
              <button type="button" className="button small quiet danger" onClick={() => setDeleting(sink)}>
                {t.remove}
              </button>
            )}
          </span>,
        ]}
        keyOf={({ id }) => id}
      />
      {editing !== null && <SinkDialog sink={editing === 'new' ? null : editing} onClose={() => setEditing(null)} onSaved={refresh} />}
      {deleting !== null && (
        <ConfirmDialog
          title={t.removeTitle(shownName(deleting.name))}
          text={t.removeHint}
          submit={t.remove}
          onClose={() => setDeleting(null)}
          onConfirm={() => remove(deleting)}
        />
      )}
    </Page>
  )
}
