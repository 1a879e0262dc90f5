import type { IncidentView, NotificationTargetView } from '@inlet/contract'
import { Link } from '@tanstack/react-router'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { Badge } from '../../ui/badge.js'
import { Page } from '../../ui/page.js'
import { Time } from '../../ui/time.js'
import { notify, notifyError } from '../../ui/toasts.js'
import { Listed } from './listed.js'

/** What is wrong with sources now, and who hears of it. */
export const NotificationsPage = () => {
  const t = messages.notifications
  const session = useSession()
  const test = async (target: NotificationTargetView): Promise<void> => {
    try {
      await client.call('POST', `/v1/notifications/${target.id}/test`)
      notify(t.tested(target.name))
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <Page title={t.title} copy={{ path: '/v1/notifications' }}>
      <div className="stack">
        <h2>{t.incidents}</h2>
        <Listed<IncidentView>
          queryKey={['incidents']}
          path="/v1/incidents"
          refetchMs={10_000}
          none={t.noIncidents}
          noneHint={t.noIncidentsHint}
          head={[t.source, t.kind, t.what, t.since]}
          row={(incident) => [
            <Link key="s" to="/sources/$ref" params={{ ref: incident.source }} className="link">
              {incident.source}
            </Link>,
            <Badge key="k" tone="bad">
              {incident.kind}
            </Badge>,
            <span key="w">
              {incident.message}
              <p className="muted">{incident.next}</p>
            </span>,
            <Time key="t" at={incident.since} />,
          ]}
          keyOf={({ id }) => id}
        />
        <h2>{t.targets}</h2>
        <Listed<NotificationTargetView>
          queryKey={['notifications']}
          path="/v1/notifications"
          none={t.noTargets}
          noneHint={t.noTargetsHint}
          head={[t.name, t.address, t.events, t.active, '']}
          row={(target) => [
            <strong key="n">{target.name}</strong>,
            <span key="u" className="mono">
              {target.url}
            </span>,
            target.events.join(', '),
            <Badge key="a" tone={target.active ? 'ok' : 'idle'}>
              {target.active ? t.on : t.off}
            </Badge>,
            session.can('testNotification') ? (
              <button key="t" type="button" className="button small" onClick={() => void test(target)}>
                {t.test}
              </button>
            ) : null,
          ]}
          keyOf={({ id }) => id}
        />
      </div>
    </Page>
  )
}
