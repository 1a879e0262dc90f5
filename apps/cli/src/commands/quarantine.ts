import type { QuarantinedView, RetryStartView } from '@inlet/contract'
import type { ApiClient } from '../client/api-client.js'
import { collect, listAll } from '../client/list-all.js'
import { toRelative, toTable } from '../output/format.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'

export interface QuarantineFlags extends RemoteFlags {
  readonly retry?: boolean
  readonly drop?: boolean
  readonly id?: string
  readonly record?: string
  readonly stream?: string
  readonly reason?: string
  readonly before?: string
  readonly state: string
  readonly limit: number
  readonly yes?: boolean
}

/** `inlet quarantine`: lists, retries or drops records of a source that could not be stored. */
export const handleQuarantine = async (ref: string, flags: QuarantineFlags, context: CommandContext): Promise<void> => {
  if (flags.retry && flags.drop) throw new Error('use either --retry or --drop')
  if (flags.record !== undefined && !(flags.retry && flags.id !== undefined)) throw new Error('--record needs --id and --retry')
  const api = openApi(flags, context)
  if (flags.retry) return retry(api, ref, flags, context)
  if (flags.drop) return drop(api, ref, flags, context)
  const { stream, reason, state, limit } = flags
  const items = await collect(listAll<QuarantinedView>(api, pathOf(ref), { stream, reason, state, limit }))
  const now = Date.now()
  show(context, flags, { items }, () =>
    items.length === 0
      ? ['Nothing is in quarantine.']
      : toTable(
          ['ID', 'STREAM', 'KEY', 'REASON', 'STATE', 'SINCE', 'TIMES', 'RETRY', 'MESSAGE'],
          items.map((row) => [
            row.id,
            row.stream,
            row.key ?? '–',
            row.reason,
            row.state,
            toRelative(row.createdAt, now),
            String(row.occurrences),
            row.state !== 'open' ? '–' : row.retryable ? 'yes' : 'edited only',
            row.message.slice(0, 80),
          ]),
        ),
  )
}

const pathOf = (ref: string): string => `/v1/sources/${encodeURIComponent(ref)}/quarantine`

const choiceOf = ({ stream, reason, before }: QuarantineFlags) => ({ stream, reason, before })

const retry = async (api: ApiClient, ref: string, flags: QuarantineFlags, context: CommandContext): Promise<void> => {
  const started =
    flags.id === undefined
      ? await api.call<RetryStartView>('POST', `${pathOf(ref)}/retry`, choiceOf(flags))
      : await api.call<RetryStartView>(
          'POST',
          `/v1/quarantine/${encodeURIComponent(flags.id)}/retry`,
          flags.record === undefined ? {} : { raw: flags.record },
        )
  const when = started.runId === null ? 'when the active run has ended' : `by run ${started.runId}`
  show(context, flags, started, () => [
    started.selected === 0 ? 'Nothing to retry.' : `${started.selected} retried ${when}.`,
    ...(started.skipped > 0 ? [`${started.skipped} stay in quarantine:`, ...started.skippedRecords.map(({ id, why }) => `  ${id}  ${why}`)] : []),
    ...(started.skipped > started.skippedRecords.length ? [`  and ${started.skipped - started.skippedRecords.length} older ones`] : []),
  ])
}

const drop = async (api: ApiClient, ref: string, flags: QuarantineFlags, context: CommandContext): Promise<void> => {
  const what = flags.id === undefined ? `the chosen records of ${ref}` : `record ${flags.id}`
  if (!flags.yes && !(await context.confirm(`Drop ${what}? Their content is removed.`)))
    throw new Error('the content of dropped records is removed: add --yes to confirm; nothing was dropped')
  if (flags.id === undefined) {
    const { dropped } = await api.call<{ dropped: number }>('POST', `${pathOf(ref)}/drop`, choiceOf(flags))
    return show(context, flags, { dropped }, () => [`${dropped} dropped.`])
  }
  await api.call('DELETE', `/v1/quarantine/${encodeURIComponent(flags.id)}`)
  show(context, flags, { dropped: 1 }, () => ['Dropped.'])
}
