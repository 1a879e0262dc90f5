import { setTimeout as delay } from 'node:timers/promises'
import { ApiUnreachable } from '../client/api-client.js'
import { collect, listAll } from '../client/list-all.js'
import { type CommandContext, openApi, type RemoteFlags } from '../commands/context.js'
import { toTable } from '../output/format.js'
import { outputOf, print, type Shown, toLines } from '../output/print.js'
import type { Column, Filter, Resource } from './resource.js'

export interface ShowFlags extends RemoteFlags {
  /** Refresh interval in seconds; true: the default. */
  readonly watch?: number | true
  readonly limit?: number
}

/** Includes the options of the filters, which commander reads as text, or as lists of it. */
export type ListFlags = ShowFlags & Readonly<Record<string, unknown>>

/** `inlet <noun>`: lists the items in the requested form; with --watch repeatedly. */
export const listResource = <T>(resource: Resource<T>, parent: string | undefined, flags: ListFlags, context: CommandContext): Promise<void> => {
  const api = openApi(flags, context)
  const { list } = resource
  const limit = flags.limit ?? list.limit
  const query = {
    ...list.query,
    ...Object.fromEntries(
      (list.filters ?? []).map((filter) => [
        filter.query ?? attributeOf(filter),
        flags[attributeOf(filter)] as string | readonly string[] | undefined,
      ]),
    ),
    ...(limit === undefined ? {} : { limit }),
  }
  return showOrWatch(flags, context, async () => {
    const items = await collect(listAll<T>(api, list.path(encodeURIComponent(parent ?? '')), query))
    const output = outputOf(flags)
    const isTable = output === 'table' || output === 'wide'
    const view = { now: Date.now() }
    const notes = isTable ? ((await list.notes?.(api)) ?? []) : []
    const rows = (columns: readonly Column<T>[]): readonly string[] =>
      items.length === 0
        ? [list.none]
        : toTable(
            columns.map(({ title }) => title),
            items.map((item) => columns.map(({ cell }) => cell(item, view))),
          )
    return {
      document: { items },
      lines: () => [...rows(list.columns.filter(({ wide }) => wide !== true)), ...notes],
      wide: () => [...rows(list.columns), ...notes],
      names: () => items.map(resource.ref),
    }
  })
}

/** `inlet <noun> get`: shows one item. */
export const getResource = <T>(
  { get, ref: refOf }: Resource<T>,
  [ref, parent = '']: readonly [string, string?],
  flags: ShowFlags,
  context: CommandContext,
): Promise<void> => {
  const api = openApi(flags, context)
  return showOrWatch(flags, context, async () => {
    const item = await api.call<never>('GET', get?.path(encodeURIComponent(ref), encodeURIComponent(parent)) ?? '')
    return { document: item, lines: () => get?.lines(item, { now: Date.now() }) ?? [], names: () => [refOf(item)] }
  })
}

/** Returns the name under which commander stores an option's value. */
export const attributeOf = ({ flags }: Filter): string =>
  (/--([\w-]+)/u.exec(flags)?.[1] ?? '').replaceAll(/-(\w)/gu, (_, letter: string) => letter.toUpperCase())

const WATCH_SECONDS = 2

/** Prints once; with --watch until Ctrl-C, in place on a terminal, otherwise after every change (JSON: one document per line). */
const showOrWatch = async (flags: ShowFlags, context: CommandContext, read: () => Promise<Shown>): Promise<void> => {
  let shown = await read()
  if (flags.watch === undefined) return print(context, flags, shown)
  const { terminal, stopped } = context
  const stopping = new AbortController()
  void stopped.then(() => stopping.abort())
  const seconds = flags.watch === true ? WATCH_SECONDS : flags.watch
  for (let before = ''; !stopping.signal.aborted; ) {
    const text = JSON.stringify(shown.document)
    if (flags.json || flags.output === 'json') {
      if (text !== before) terminal.line(text)
    } else if (terminal.redraws || text !== before) terminal.block(toLines(outputOf(flags), shown))
    before = text
    await delay(seconds * 1_000, undefined, { signal: stopping.signal }).catch(() => undefined)
    if (!stopping.signal.aborted) shown = await again(read, shown, terminal)
  }
}

/** Keeps watching while an API restarts. */
const again = async (read: () => Promise<Shown>, before: Shown, terminal: CommandContext['terminal']): Promise<Shown> => {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof ApiUnreachable)) throw error
    return terminal.redraws ? { ...before, lines: () => [...before.lines(), `! ${error.message}`] } : before
  }
}
