import type { EventPage, EventView } from '@inlet/contract'
import { withQuery } from '../client/api-client.js'
import { type EventFilter, followEvents } from '../client/follow-events.js'
import { printable } from '../output/format.js'
import { toStreamLine } from '../output/print.js'
import type { Terminal } from '../terminal/terminal.js'
import { type CommandContext, openApi, type RemoteFlags } from './context.js'

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
  const print = (event: EventView): void => terminal.line(toStreamLine(flags, event, () => eventLine(event, terminal)))
  for (const event of items.toReversed()) print(event)
  if (!flags.follow) return
  const stopping = new AbortController()
  void context.stopped.then(() => stopping.abort())
  for await (const event of followEvents(api, { filter, after: items[0]?.id ?? '0', signal: stopping.signal })) print(event)
}

const SHORT_ID = 8

const eventLine = ({ at, level, type, message, source, runId }: EventView, terminal: Terminal): string => {
  const mark = level === 'error' ? terminal.red('error') : level === 'warn' ? terminal.yellow('warn ') : level.padEnd(5)
  const where = [source, runId?.slice(0, SHORT_ID)].filter((name) => name != null)
  return `${terminal.dim(at)}  ${mark}  ${printable(type)}  ${printable(message)}  ${terminal.dim(where.join(' '))}`.trimEnd()
}
