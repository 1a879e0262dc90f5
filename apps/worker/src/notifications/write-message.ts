import type { MessageWriter, News } from '@inlet/db'
import { fillStep } from '@inlet/domain'
import { parseMessage } from './message.js'

const MAX_LISTED = 50

/** Creates a writer of messages; `publicUrl` (without a trailing slash) makes their links absolute. Pure. */
export const createMessageWriter = (publicUrl: string): MessageWriter => ({
  one: (id, news, at) => JSON.stringify({ type: `incident.${news.what}`, id, timestamp: at.toISOString(), data: describe(news, publicUrl) }),
  digest: (id, news, at) =>
    JSON.stringify({
      type: 'incidents.digest',
      id,
      timestamp: at.toISOString(),
      data: {
        opened: news.filter(({ what }) => what === 'opened').length,
        closed: news.filter(({ what }) => what === 'closed').length,
        incidents: news.slice(0, MAX_LISTED).map((each) => ({ what: each.what, ...describe(each, publicUrl) })),
        links: { incidents: `${publicUrl}/v1/incidents` },
      },
    }),
  group: (id, bodies, at) => {
    const messages = bodies.map(parseMessage).filter((message) => message.type === 'incident.opened' || message.type === 'incident.closed')
    const incidents = messages.map(({ type, data }) => ({ what: type === 'incident.opened' ? 'opened' : 'closed', ...data }))
    const data = {
      opened: incidents.filter(({ what }) => what === 'opened').length,
      closed: incidents.filter(({ what }) => what === 'closed').length,
      incidents: incidents.slice(0, MAX_LISTED),
      links: { incidents: `${publicUrl}/v1/incidents` },
    }
    return JSON.stringify({ type: 'incidents.digest', id, timestamp: at.toISOString(), data })
  },
})

const describe = (news: News, publicUrl: string) => ({
  incident: { id: news.id, kind: news.kind, since: news.since.toISOString(), closedAt: news.closedAt?.toISOString() ?? null },
  source: { id: news.sourceId, slug: news.slug, name: news.name, connector: news.connector, labels: news.labels },
  reason: news.reason,
  message: news.message,
  next: news.what === 'closed' ? 'Nothing to do: it works again.' : fillStep(news.next, news.slug, news.secrets),
  links: {
    source: `${publicUrl}/v1/sources/${news.sourceId}`,
    why: `${publicUrl}/v1/sources/${news.sourceId}/why`,
    ...(news.runId === null ? {} : { run: `${publicUrl}/v1/runs/${news.runId}` }),
  },
})
