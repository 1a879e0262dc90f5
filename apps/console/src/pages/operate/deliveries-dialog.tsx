import type { DeliveryView, NotificationTargetView } from '@inlet/contract'
import { messages } from '../../messages.js'
import { Badge } from '../../ui/badge.js'
import { Dialog } from '../../ui/dialog.js'
import { formatNumber } from '../../ui/format.js'
import { sentence } from '../../ui/sentence.js'
import { shownName } from '../../ui/shown-name.js'
import { Time } from '../../ui/time.js'
import { Listed } from './listed.js'

const TONES: Readonly<Record<DeliveryView['status'], string>> = { pending: 'busy', held: 'idle', grouped: 'none', delivered: 'ok', dead: 'bad' }

/** What became of the messages to a target. */
export const DeliveriesDialog = ({ target, onClose }: { readonly target: NotificationTargetView; readonly onClose: () => void }) => {
  const t = messages.notifications.deliveries
  return (
    <Dialog title={t.title(shownName(target.name))} onClose={onClose} className="wide">
      <Listed<DeliveryView>
        queryKey={['deliveries', target.id]}
        path={`/v1/notifications/${target.id}/deliveries`}
        refetchMs={3_000}
        none={t.none}
        head={[t.status, t.event, t.created, t.attempts, t.problem]}
        row={(delivery) => [
          <Badge key="s" tone={TONES[delivery.status]}>
            {t.statuses[delivery.status]}
          </Badge>,
          <span key="e" className="mono">
            {delivery.event}
          </span>,
          <Time key="t" at={delivery.createdAt} />,
          formatNumber(delivery.attempts),
          <span key="p" className="muted">
            {delivery.lastError === null ? '' : sentence(delivery.lastError)}
            {delivery.nextAt !== null && (
              <>
                {' '}
                {t.next} <Time at={delivery.nextAt} />
              </>
            )}
          </span>,
        ]}
        keyOf={({ id }) => id}
      />
      <div className="actions">
        <button type="button" className="button" onClick={onClose} autoFocus>
          {messages.common.close}
        </button>
      </div>
    </Dialog>
  )
}
