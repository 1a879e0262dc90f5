import type { SourceDetail, SourceSummary } from '@inlet/contract'
import { collect, listAll } from '../client/list-all.js'
import { toRelative } from '../output/moments.js'
import { toNextStep } from '../output/next-step.js'
import { toCondition } from '../output/source-condition.js'
import { toPairs, toTable } from '../output/table.js'
import type { CommandContext } from './context.js'
import { openApi, type RemoteFlags, show } from './remote.js'

export interface ListSourcesFlags extends RemoteFlags {
  readonly status?: string
  readonly state?: string
  readonly connector?: string
  readonly label?: readonly string[]
  readonly query?: string
  readonly limit?: number
}

/** `inlet sources`: a line for each. */
export const listSources = async (flags: ListSourcesFlags, context: CommandContext): Promise<void> => {
  const { status, state, connector, label, query, limit } = flags
  const request = { status, state, connector, label, q: query, sort: 'name', ...(limit === undefined ? {} : { limit }) }
  const items = await collect(listAll<SourceSummary>(openApi(flags, context), '/v1/sources', request))
  const now = Date.now()
  show(context, flags, { items }, () =>
    items.length === 0
      ? ['No sources. Register some with `inlet apply -f sources.yaml`.']
      : toTable(
          ['SLUG', 'CONNECTOR', 'STATUS', 'LAST', 'SUCCESS', 'NEXT'],
          items.map((source) => [
            source.slug,
            source.connector,
            [toCondition(source), ...source.incidents.filter((kind) => kind !== 'error')].join(', '),
            source.lastRun?.outcome ?? '–',
            toRelative(source.lastSuccessAt, now),
            toRelative(source.nextRunAt, now),
          ]),
        ),
  )
}

/** `inlet sources get`: everything about one, except its secrets. */
export const getSource = async (ref: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const source = await openApi(flags, context).call<SourceDetail>('GET', `/v1/sources/${encodeURIComponent(ref)}`)
  show(context, flags, source, () => sourceLines(source))
}

const sourceLines = (source: SourceDetail): readonly string[] => {
  const now = Date.now()
  const { activeRun, lastError, schedule } = source
  return [
    ...toPairs([
      ['slug', source.slug],
      ['name', source.name],
      ['id', source.id],
      ['connector', source.connector],
      ['status', `${toCondition(source)}${source.statusMessage === null ? '' : ` (${source.statusMessage})`}`],
      ['version', source.version],
      ['schedule', schedule === null ? 'none' : `${schedule.cron} ${schedule.timeZone}`],
      ['next run', source.nextRunAt === null ? null : toRelative(source.nextRunAt, now)],
      ['last success', toRelative(source.lastSuccessAt, now)],
      ['fresh within', source.freshWithin === null ? null : `${source.freshWithin} (${source.fresh ? 'fresh' : 'stale'})`],
      ['last outcome', source.lastRun?.outcome],
      ['active run', activeRun === null ? null : `${activeRun.id} ${activeRun.status}, ${activeRun.recordsRead} records read`],
      ['last error', lastError === null ? null : `${lastError.reason}: ${lastError.message}`],
      ['  what to do', lastError === null ? null : toNextStep(lastError.reason, lastError.next, source.slug)],
      ['secrets', Object.keys(source.secrets).join(', ')],
      [
        'labels',
        Object.entries(source.labels)
          .map(([name, value]) => `${name}=${value}`)
          .join(', '),
      ],
      ['config', JSON.stringify(source.config)],
    ]),
    ...(source.streams.length === 0
      ? []
      : [
          '',
          ...toTable(
            ['STREAM', 'KIND', 'RECORDS', 'CURSOR'],
            source.streams.map(({ name, kind, liveRecords, hasCursor }) => [name, kind, String(liveRecords), hasCursor ? 'yes' : 'no']),
          ),
        ]),
  ]
}
