import type { SourceDetail } from '@inlet/contract'
import { toPairs, toRelative, toTable } from '../output/format.js'
import { toNextStep } from '../output/next-step.js'
import { toCondition } from '../output/source-condition.js'

/** Formats a source in detail. */
export const sourceLines = (source: SourceDetail): readonly string[] => {
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
      ['language', toLanguageLine(source)],
      ['last outcome', source.lastRun?.outcome],
      ['in quarantine', source.quarantined === 0 ? null : `${source.quarantined}: \`inlet quarantine ${source.slug}\``],
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

const toLanguageLine = ({ language, reindexing }: SourceDetail): string => {
  const name = language === 'auto' ? 'detected for each record' : language
  return reindexing === null ? name : `${name}; indexed again: ${reindexing.done} of ${reindexing.records} records`
}
