import type { EventPage, EventView, SourceDetail } from '@inlet/contract'
import { type ApiClient, ApiProblem, withQuery } from '../client/api-client.js'
import { type EventFilter, followEvents } from '../client/follow-events.js'
import { printable } from '../output/format.js'
import { toStreamLine } from '../output/print.js'
import type { Terminal } from '../terminal/terminal.js'
import { type CommandContext, openApi, type RemoteFlags } from './context.js'

/** Returns a lookup of slugs by source id, which requests each once; null for a source that is gone, or while the API does not respond. */
export const createSourceNames = (api: Pick<ApiClient, 'call'>): ((sourceId: string) => Promise<string | null>) => {
  const known = new Map<string, string | null>()
  return async (sourceId) => {
    const before = known.get(sourceId)
    if (before !== undefined) return before
    try {
      const { slug } = await api.call<SourceDetail>('GET', `/v1/sources/${sourceId}`)
      known.set(sourceId, slug)
      return slug
    } catch (error) {
      // Any other error may pass: the next event asks again.
      if (error instanceof ApiProblem && error.status === 404) known.set(sourceId, null)
      return null
    }
  }
}

export interface LogsFlags extends RemoteFlags, EventFilter {
  readonly follow?: boolean
  readonly limit: number
}

/** `inlet logs`: shows the last events, oldest first; with --follow also new ones. With --json one event per line, with the slug of its source. */
export const logs = async (flags: LogsFlags, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const api = openApi(flags, context)
  const filter = { source: flags.source, type: flags.type, level: flags.level }
  const { items } = await api.call<EventPage>('GET', withQuery('/v1/events', { ...filter, limit: flags.limit }))
  const nameOf = createSourceNames(api)
  const print = async (event: EventView): Promise<void> => {
    const source = event.sourceId === null ? null : await nameOf(event.sourceId)
    terminal.line(toStreamLine(flags, { ...event, source }, () => eventLine(event, source, terminal)))
  }
  for (const event of items.toReversed()) await print(event)
  if (!flags.follow) return
  const stopping = new AbortController()
  void context.stopped.then(() => stopping.abort())
  for await (const event of followEvents(api, { filter, after: items[0]?.id ?? '0', signal: stopping.signal })) await print(event)
}

const SHORT_ID = 8

const eventLine = ({ at, level, type, message, sourceId, runId }: EventView, source: string | null, terminal: Terminal): string => {
  const mark = level === 'error' ? terminal.red('error') : level === 'warn' ? terminal.yellow('warn ') : level.padEnd(5)
  const where = [source ?? sourceId?.slice(0, SHORT_ID), runId?.slice(0, SHORT_ID)].filter((name) => name !== undefined)
  return `${terminal.dim(at)}  ${mark}  ${printable(type)}  ${printable(message)}  ${terminal.dim(where.join(' '))}`.trimEnd()
}
