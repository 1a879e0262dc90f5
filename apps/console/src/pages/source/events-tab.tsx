import type { EventView } from '@inlet/contract'
import { messages } from '../../messages.js'
import { Badge } from '../../ui/badge.js'
import { Paged } from '../../ui/paged.js'
import { Time } from '../../ui/time.js'
import { WithTimes } from '../../ui/with-times.js'

const TONES: Readonly<Record<EventView['level'], string>> = { debug: 'idle', info: 'none', warn: 'warn', error: 'bad' }

export const EventsTab = ({ source }: { readonly source: string }) => (
  <Paged<EventView> queryKey={['source', source, 'events']} path="/v1/events" query={{ source }} refetchMs={5_000} empty={messages.events.none}>
    {(events) => (
      <div className="panel table-wrap" tabIndex={0}>
        <table className="table stacks">
          <thead>
            <tr>
              <th>{messages.events.level}</th>
              <th>{messages.events.at}</th>
              <th>{messages.events.type}</th>
              <th>{messages.events.message}</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => (
              <tr key={event.id}>
                <td>
                  <Badge tone={TONES[event.level]}>{event.level}</Badge>
                </td>
                <td data-label={messages.events.at}>
                  <Time at={event.at} />
                </td>
                <td className="mono nowrap" data-label={messages.events.type}>
                  {event.type}
                </td>
                <td className="text" data-label={messages.events.message}>
                  <WithTimes text={event.message} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )}
  </Paged>
)
