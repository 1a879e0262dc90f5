import type { Logger, Metrics } from '@inlet/observability'

export interface StepDeps {
  readonly metrics: Pick<Metrics, 'countMaintenanceFailure'>
  readonly log: Logger
}

/** Runs the parts of a pass so that neither a failing part nor a failing item stops the others. */
export interface Steps {
  /** Returns the result of the step, or `otherwise` if it fails; a failure is logged and counted. */
  run<T>(step: string, work: () => Promise<T>, otherwise: T): Promise<T>
  /** Does the work for every item, several at a time (default 20); returns the items for which it failed. */
  each<T>(step: string, items: readonly T[], work: (item: T) => Promise<unknown>, parallel?: number): Promise<readonly T[]>
}

const PARALLEL = 20

export const createSteps = ({ metrics, log }: StepDeps): Steps => {
  const fail = (step: string, error: unknown, item?: unknown): void => {
    metrics.countMaintenanceFailure(step)
    log.warn({ err: error, step, ...(item === undefined ? {} : { item }) }, 'a maintenance step failed; the next pass retries it')
  }
  return {
    async run(step, work, otherwise) {
      try {
        return await work()
      } catch (error) {
        fail(step, error)
        return otherwise
      }
    },
    async each(step, items, work, parallel = PARALLEL) {
      const queue = [...items]
      const failed: (typeof items)[number][] = []
      const workOff = async (): Promise<void> => {
        for (let item = queue.shift(); item !== undefined; item = queue.shift())
          try {
            await work(item)
          } catch (error) {
            fail(step, error, item)
            failed.push(item)
          }
      }
      await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, workOff))
      return failed
    },
  }
}
