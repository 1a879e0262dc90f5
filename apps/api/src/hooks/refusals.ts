import type { Logger } from '@inlet/observability'

const REMEMBERED = 10_000

export interface RefusalDeps {
  readonly log: Logger
  readonly refusalEvents: RefusalEvents
}

/** Shows operators why requests are refused: in the log, and at most once a minute among the events of the source. */
export const recordRefusal = ({ log, refusalEvents }: RefusalDeps, sourceId: string, why: string): void => {
  log.info({ sourceId, why }, 'a pushed event was refused')
  refusalEvents.record(sourceId, why)
}

export interface RefusalEvents {
  record(sourceId: string, why: string): void
}

/** Creates the recorder. `write` is called at most once a minute per source. `now` is monotonic, in ms. */
export const createRefusalEvents = (options: {
  readonly write: (sourceId: string, why: string) => Promise<void>
  readonly onError: (error: unknown) => void
  readonly now: () => number
}): RefusalEvents => {
  const reportedAt = new Map<string, number>()
  return {
    record(sourceId, why) {
      const now = options.now()
      if (now - (reportedAt.get(sourceId) ?? Number.NEGATIVE_INFINITY) < 60_000) return
      if (reportedAt.size >= REMEMBERED) reportedAt.clear()
      reportedAt.set(sourceId, now)
      options.write(sourceId, why).catch(options.onError)
    },
  }
}
