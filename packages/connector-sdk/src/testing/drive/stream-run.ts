import { toFailure } from '@inlet/domain'
import { type Page, type ReadEnd, type StreamSpec, UNDECLARED_END } from '../../connector.js'
import { must } from '../violation.js'
import type { Session } from './session.js'
import { within } from './within.js'

/** How a read ends early: the worker asks (abort), drops the generator (destroy), or dies with pages in flight (lose). */
export interface StopPlan {
  readonly afterPages: number
  readonly how: 'abort' | 'destroy' | 'lose'
  /** With `lose`: how many of the last pages were read and never stored. */
  readonly lostPages?: number
}

export interface StreamResult {
  readonly pages: number
  readonly emitted: number
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly rejected: readonly string[]
  /** False if a plan stopped it. */
  readonly complete: boolean
  /** The end the connector reports; null if a plan stopped it, undefined if it reports none. */
  readonly end: ReadEnd | null | undefined
}

export interface StreamRunOptions {
  readonly stop?: StopPlan
  /** Called after the page was stored. */
  onStored?(page: Page): void
  /** Aborts the read; default: none. */
  readonly signal?: AbortSignal
}

/** Milliseconds a read may continue after its signal aborts. */
export const CANCEL_MS = 2000

/** Reads a stream from the last committed cursor of the context's store and stores its pages in order, until it ends or the plan stops it. */
export const runStream = async (session: Session, spec: StreamSpec, options: StreamRunOptions = {}): Promise<StreamResult> => {
  const { subject, context, connection } = session
  const { stop } = options
  const { cancelMs = CANCEL_MS } = subject
  const controller = new AbortController()
  const signal = options.signal === undefined ? controller.signal : AbortSignal.any([controller.signal, options.signal])
  // Whatever a check deletes is meant to be gone.
  const request = { stream: spec.name, cursor: context.store.cursor(spec.name), signal, allowMassDelete: true }
  const pages = subject.connector.read(connection, request)
  const run = context.store.beginRun(spec)
  const total = { pages: 0, emitted: 0, inserted: 0, updated: 0, deleted: 0, rejected: [] as string[] }
  const inFlight: Page[] = []
  const storeDown = (to: number): void => {
    while (inFlight.length > to) {
      const page = inFlight.shift() as Page
      const effect = run.apply(page)
      total.inserted += effect.inserted
      total.updated += effect.updated
      total.deleted += effect.deleted
      options.onStored?.(page)
    }
  }
  const take = (page: Page): void => {
    subject.witness?.page?.(page)
    total.pages++
    total.emitted += page.records.length
    total.rejected.push(...(page.rejected ?? []).map((rejected) => rejected.reason))
    inFlight.push(page)
    storeDown(stop?.how === 'lose' ? (stop.lostPages ?? 1) : 0)
  }
  for (;;) {
    if (stop !== undefined && total.pages >= stop.afterPages) {
      if (stop.how === 'abort') await drainAborted({ pages, controller, take, cancelMs })
      else await within(cancelMs, pages.return(UNDECLARED_END), `return() of ${spec.name}`)
      return { ...total, complete: false, end: null }
    }
    const step = await pages.next()
    if (step.done) {
      storeDown(0)
      return { ...total, complete: true, end: step.value }
    }
    take(step.value)
  }
}

interface Draining {
  readonly pages: AsyncGenerator<Page, ReadEnd, void>
  readonly controller: AbortController
  readonly take: (page: Page) => void
  readonly cancelMs: number
}

/** Aborts and takes the remaining pages; the read must end in time, quietly or as CANCELLED. */
export const drainAborted = async ({ pages, controller, take, cancelMs }: Draining): Promise<void> => {
  controller.abort()
  const rest = async (): Promise<void> => {
    try {
      for await (const page of pages) take(page)
    } catch (thrown) {
      const failure = toFailure(thrown)
      must(failure.code === 'cancelled', `an aborted read ended with ${failure.reason}: ${failure.message}`)
    }
  }
  await within(cancelMs, rest(), 'a read after its signal aborted')
}
