import type { ChangePageView, ChangeView } from '@inlet/contract'
import { withQuery } from '../client/api-client.js'
import { printable } from '../output/format.js'
import { isForPeople, toStreamLine } from '../output/print.js'
import type { Terminal } from '../terminal/terminal.js'
import { type CommandContext, openApi, type RemoteFlags } from './context.js'

export interface ChangesFlags extends RemoteFlags {
  readonly after?: string
  readonly source?: readonly string[]
  readonly stream?: string
  readonly kind?: string
  readonly follow?: boolean
}

const PAGE = 1_000
const WAIT_SECONDS = 20

/**
 * `inlet changes`: shows what was stored, changed and deleted; with --follow also what happens next. With --json one change per line, and finally the
 * token to continue from.
 */
export const changes = async (flags: ChangesFlags, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const { source, stream, kind, follow } = flags
  const isShort = isForPeople(flags)
  const api = openApi(flags, context)
  let isStopped = false
  const stopped = context.stopped.then(() => {
    isStopped = true
    return null
  })
  const fields = isShort ? ['data.title'] : undefined
  let after = flags.after
  while (!isStopped) {
    const query = { after, source, stream, kind, fields, limit: PAGE, wait: follow ? WAIT_SECONDS : 0 }
    const page = await Promise.race([api.call<ChangePageView>('GET', withQuery('/v1/changes', query)), stopped])
    if (page === null) break
    for (const item of page.items) terminal.line(toStreamLine(flags, { ...item, id: item.id ?? item.sourceId }, () => changeLine(item, terminal)))
    after = page.nextToken
    if (!follow && !page.more) break
  }
  if (after !== undefined) terminal.line(toStreamLine(flags, { id: after, nextToken: after }, () => terminal.dim(`Continue with --after ${after}`)))
}

const SHORT_ID = 8

const changeLine = ({ at, op, sourceId, source, stream, key, record }: ChangeView, terminal: Terminal): string => {
  const mark = op === 'upsert' ? terminal.green(op) : terminal.red(op)
  const title = record?.title ?? ''
  const where = `${source ?? sourceId.slice(0, SHORT_ID)}${stream === null ? '' : ` · ${stream}`}`
  return `${terminal.dim(at)}  ${mark}  ${printable(key ?? '')}${title === '' ? '' : `  ${printable(title)}`}  ${terminal.dim(printable(where))}`.trimEnd()
}
