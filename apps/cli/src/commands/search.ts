import type { RecordHit, RecordPage } from '@inlet/contract'
import { withQuery } from '../client/api-client.js'
import { printable, shorten } from '../output/printable.js'
import type { Terminal } from '../terminal/terminal.js'
import type { CommandContext } from './context.js'
import { openApi, type RemoteFlags, show } from './remote.js'

export interface SearchFlags extends RemoteFlags {
  readonly source?: readonly string[]
  readonly stream?: string
  readonly kind?: string
  readonly ensureFresh?: string
  readonly limit: number
}

/** `inlet search`: records that match, best first; without words the newest. */
export const search = async (words: readonly string[], flags: SearchFlags, context: CommandContext): Promise<void> => {
  const { source, stream, kind, ensureFresh, limit } = flags
  const q = words.length === 0 ? undefined : words.join(' ')
  const page = await openApi(flags, context).call<RecordPage>('GET', withQuery('/v1/records', { q, source, stream, kind, ensureFresh, limit }))
  show(context, flags, page, () => [
    ...(page.freshness ?? []).filter(({ fresh }) => !fresh).map((one) => `! ${printable(one.source)} is not fresh: ${one.because ?? ''}`),
    ...(page.items.length === 0 ? ['No records match.'] : page.items.flatMap((hit) => hitLines(hit, context.terminal))),
  ])
}

const hitLines = (hit: RecordHit, terminal: Terminal): readonly string[] => {
  const { title, key, url, stream, provenance, snippet } = hit
  const text = typeof snippet === 'string' ? shorten(printable(snippet.replaceAll(/\s+/gu, ' ')), 240) : ''
  return [
    terminal.bold(printable(title ?? key)),
    `  ${terminal.dim(printable(`${provenance.source} · ${stream} · ${key}${url === null ? '' : ` · ${url}`}`))}`,
    ...(text === '' ? [] : [`  ${text}`]),
  ]
}
