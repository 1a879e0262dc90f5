import { z } from 'zod'

/** An incident as Inlet's messages describe it (write-message.ts); unknown members come from later versions. */
const news = z.object({
  incident: z.object({ id: z.string(), kind: z.string(), since: z.string(), closedAt: z.string().nullable() }),
  source: z.object({ id: z.string(), slug: z.string(), name: z.string(), connector: z.string(), labels: z.record(z.string(), z.string()) }),
  reason: z.string(),
  message: z.string(),
  next: z.string(),
  links: z.record(z.string(), z.string()),
})

const message = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['incident.opened', 'incident.closed']), id: z.string(), timestamp: z.string(), data: news }),
  z.object({
    type: z.literal('incidents.digest'),
    id: z.string(),
    timestamp: z.string(),
    data: z.object({
      opened: z.number(),
      closed: z.number(),
      incidents: z.array(news.extend({ what: z.enum(['opened', 'closed']) })),
      links: z.record(z.string(), z.string()),
    }),
  }),
  z.object({ type: z.literal('test'), id: z.string(), timestamp: z.string(), data: z.object({ message: z.string() }) }),
])

export type NewsBody = z.infer<typeof news>
export type Message = z.infer<typeof message>

/** Parses a message of the outbox. Throws when it is not valid. */
export const parseMessage = (body: string): Message => message.parse(JSON.parse(body))
