import type { EventPage, IncidentView, RunPage, SourceDetail, WhyView } from '@inlet/contract'
import { printable, toRelative, toTable } from '../output/format.js'
import { spanOfRun } from '../resources/run-lines.js'
import { sourceLines } from '../resources/source-lines.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'
import { whyLines } from './why.js'

const LATEST = 5

/** `inlet describe`: everything that an operator on call needs to know about a source, on one screen. */
export const describeSource = async (ref: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const api = openApi(flags, context)
  const source = await api.call<SourceDetail>('GET', `/v1/sources/${encodeURIComponent(ref)}`)
  const [why, runs, incidents, events] = await Promise.all([
    api.call<WhyView>('GET', `/v1/sources/${source.id}/why`),
    api.call<RunPage>('GET', `/v1/runs?source=${source.id}&limit=${LATEST}`),
    api.call<{ items: readonly IncidentView[] }>('GET', `/v1/incidents?source=${source.id}`),
    api.call<EventPage>('GET', `/v1/events?source=${source.id}&limit=${LATEST}`),
  ])
  const now = Date.now()
  const document = { source, why, runs: runs.items, incidents: incidents.items, events: events.items }
  show(context, flags, document, {
    lines: () => [
      ...sourceLines(source),
      '',
      'WHY',
      ...indent(whyLines(source.slug, why).filter((line) => line !== '')),
      '',
      'INCIDENTS',
      ...indent(
        incidents.items.length === 0
          ? ['none']
          : incidents.items.map(({ kind, reason, since, message }) => `${kind} ${reason}, since ${toRelative(since, now)}: ${message}`),
      ),
      '',
      'RUNS',
      ...indent(
        runs.items.length === 0
          ? ['none yet']
          : toTable(
              ['RUN', 'OUTCOME', 'BEGAN', 'TOOK', 'READ', 'ERROR'],
              runs.items.map((run) => [
                run.id,
                run.outcome ?? run.status,
                toRelative(run.startedAt, now),
                spanOfRun(run, now),
                String(run.counts.read),
                run.error?.reason ?? '–',
              ]),
            ),
      ),
      '',
      'EVENTS',
      ...indent(events.items.length === 0 ? ['none'] : events.items.map(({ at, type, message }) => `${toRelative(at, now)}  ${type}  ${message}`)),
    ],
    names: () => [source.slug],
  })
}

const indent = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${printable(line)}`)
