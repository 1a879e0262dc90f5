import type { NotificationTargetView } from '@inlet/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { Badge } from '../../ui/badge.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { Name } from '../../ui/name.js'
import { Page } from '../../ui/page.js'
import { shownName } from '../../ui/shown-name.js'
import { notify, notifyError } from '../../ui/toasts.js'
import { DeliveriesDialog } from './deliveries-dialog.js'
import { Incidents } from './incidents.js'
import { Listed } from './listed.js'
import { TargetDialog } from './target-dialog.js'

/** Quiet hours and grouping, in words. */
const whenOf = ({ quietHours, groupMinutes }: NotificationTargetView): string => {
  const t = messages.notifications
  const parts = [
    quietHours === null ? null : t.quietIn(`${quietHours.from}–${quietHours.to}`, quietHours.timeZone),
    groupMinutes === 0 ? null : t.groupedIn(String(groupMinutes)),
  ].filter((part) => part !== null)
  return parts.length === 0 ? t.atOnce : parts.join(', ')
}

/** What is wrong with sources now, and who hears of it. */
export const NotificationsPage = () => {
  const t = messages.notifications
  const session = useSession()
  const queries = useQueryClient()
  const [editing, setEditing] = useState<NotificationTargetView | 'new' | null>(null)
  const [shown, setShown] = useState<NotificationTargetView | null>(null)
  const [deleting, setDeleting] = useState<NotificationTargetView | null>(null)
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ['notifications'] })
  const remove = async (target: NotificationTargetView): Promise<void> => {
    await client.call('DELETE', `/v1/notifications/${target.id}`)
    await refresh()
  }
  const test = async (target: NotificationTargetView): Promise<void> => {
    try {
      await client.call('POST', `/v1/notifications/${target.id}/test`)
      notify(t.tested(target.name))
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <Page
      title={t.title}
      copy={{ path: '/v1/notifications', cli: 'inlet notifications' }}
      actions={
        session.can('createNotification') ? (
          <button type="button" className="button primary" onClick={() => setEditing('new')}>
            {t.form.add}
          </button>
        ) : undefined
      }
    >
      <div className="stack">
        <h2>{t.incidents}</h2>
        <Incidents />
        <h2>{t.targets}</h2>
        <Listed<NotificationTargetView>
          queryKey={['notifications']}
          path="/v1/notifications"
          none={t.noTargets}
          noneHint={t.noTargetsHint}
          head={[t.name, t.form.kind, t.address, t.events, t.when, t.active, '']}
          row={(target) => [
            <strong key="n">
              <Name of={target.name} />
            </strong>,
            t.form.kinds[target.kind],
            <span key="u" className="mono text">
              {target.url}
            </span>,
            target.events.map((event) => t.kinds[event]).join(', '),
            whenOf(target),
            <Badge key="a" tone={target.active ? 'ok' : 'idle'}>
              {target.active ? t.on : t.off}
            </Badge>,
            <span key="b" className="row wrap">
              <button type="button" className="button small quiet" onClick={() => setShown(target)}>
                {t.deliveries.show}
              </button>
              {session.can('testNotification') && (
                <button type="button" className="button small" onClick={() => void test(target)}>
                  {t.test}
                </button>
              )}
              {session.can('updateNotification') && (
                <button type="button" className="button small" onClick={() => setEditing(target)}>
                  {t.form.change}
                </button>
              )}
              {session.can('deleteNotification') && (
                <button type="button" className="button small quiet danger" onClick={() => setDeleting(target)}>
                  {t.form.remove}
                </button>
              )}
            </span>,
          ]}
          keyOf={({ id }) => id}
        />
      </div>
      {editing !== null && <TargetDialog target={editing === 'new' ? null : editing} onClose={() => setEditing(null)} onSaved={refresh} />}
      {shown !== null && <DeliveriesDialog target={shown} onClose={() => setShown(null)} />}
      {deleting !== null && (
        <ConfirmDialog
          title={t.form.removeTitle(shownName(deleting.name))}
          text={t.form.removeHint}
          submit={t.form.remove}
          onClose={() => setDeleting(null)}
          onConfirm={() => remove(deleting)}
        />
      )}
    </Page>
  )
}
