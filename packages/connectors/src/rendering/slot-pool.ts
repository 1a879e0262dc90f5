import { Failure, type FetchedDocument, type RenderedPage, type RenderSettings } from '@inlet/connector-sdk'
import { openPageSlot, type PageSlot } from './page-slot.js'
import type { RunningBrowser } from './running-browser.js'
import type { SharedBrowser } from './shared-browser.js'
import { within } from './within.js'

/** A page taken from the pool. */
export interface TakenSlot {
  readonly crashed: boolean
  render(document: FetchedDocument, signal: AbortSignal): Promise<RenderedPage>
}

interface Entry extends TakenSlot {
  readonly owner: object
  readonly running: RunningBrowser
  readonly slot: PageSlot
  busy: boolean
}

/**
 * The pages of the browser: a limited number at a time over all owners, first come, first served.
 * Reused by the same owner, since opening one is slow.
 */
export interface SlotPool {
  /** Waits until a page is free. Throws the reason of the signal, and what opening throws. `release` must follow. */
  take(owner: object, settings: RenderSettings, signal: AbortSignal): Promise<TakenSlot>
  /** `healthy`: it may be reused. */
  release(slot: TakenSlot, healthy: boolean): void
  /** Closes all pages of an owner. */
  closeOf(owner: object): Promise<void>
}

/** A browser that opens no page within this time is replaced. */
const OPEN_MS = 30_000

/** A browser that has just ended is only discovered when a page cannot be opened. */
const OPEN_ATTEMPTS = 3

export const createSlotPool = ({ browser, maxPages }: { readonly browser: SharedBrowser; readonly maxPages: number }): SlotPool => {
  const entries = new Set<Entry>()
  const waiting: (() => void)[] = []
  /** Pages that are open, being opened or being closed. */
  let used = 0

  const free = (): void => {
    used--
    waiting.shift()?.()
  }
  const close = async (entry: Entry): Promise<void> => {
    if (!entries.delete(entry)) return
    await entry.slot.close()
    browser.release(entry.running)
    free()
  }
  const idle = (isWanted: (entry: Entry) => boolean): Entry | undefined => [...entries].find((entry) => !entry.busy && isWanted(entry))

  const open = async (owner: object, settings: RenderSettings): Promise<Entry> => {
    used++
    let running: RunningBrowser | undefined
    try {
      running = await browser.acquire()
      const slot = await inTime(openPageSlot(running, settings))
      const entry: Entry = {
        owner,
        running,
        slot,
        busy: true,
        get crashed() {
          return slot.crashed
        },
        render: (document, signal) => slot.render(document, signal),
      }
      entries.add(entry)
      return entry
    } catch (error) {
      if (running !== undefined) {
        // The browser may have ended unnoticed.
        if (!(error instanceof Failure)) browser.giveUp(running)
        browser.release(running)
      }
      free()
      throw error
    }
  }
  const wait = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const wake = (): void => {
        signal.removeEventListener('abort', stop)
        resolve()
      }
      const stop = (): void => {
        const at = waiting.indexOf(wake)
        if (at >= 0) waiting.splice(at, 1)
        reject(signal.reason as Error)
      }
      waiting.push(wake)
      signal.addEventListener('abort', stop, { once: true })
    })

  return {
    async take(owner, settings, signal) {
      let failures = 0
      for (;;) {
        signal.throwIfAborted()
        const stale = idle((entry) => entry.crashed || browser.isRetired(entry.running))
        if (stale !== undefined) {
          await close(stale)
          continue
        }
        const own = idle((entry) => entry.owner === owner)
        if (own !== undefined) {
          own.busy = true
          return own
        }
        if (used < maxPages) {
          const entry = await open(owner, settings).catch((error: unknown) => {
            if (signal.aborted || error instanceof Failure || ++failures === OPEN_ATTEMPTS) throw error
          })
          if (entry === undefined) continue
          if (!signal.aborted) return entry
          await close(entry)
          continue
        }
        const other = idle(() => true)
        if (other !== undefined) {
          await close(other)
          continue
        }
        await wait(signal)
        // The page that woke it then goes to the next in line.
        if (signal.aborted) waiting.shift()?.()
      }
    },
    release(taken, healthy) {
      const entry = [...entries].find((each) => each === taken)
      if (entry === undefined) return
      browser.countPage(entry.running)
      const keep = healthy && !entry.crashed && !browser.isRetired(entry.running) ? entry.slot.reset() : Promise.resolve(false)
      void keep.then((clean) => {
        if (!clean || browser.isRetired(entry.running)) return close(entry)
        entry.busy = false
        return waiting.shift()?.()
      })
    },
    async closeOf(owner) {
      await Promise.all([...entries].filter((entry) => entry.owner === owner).map(close))
    },
  }
}

/** A page that comes too late is closed. */
const inTime = async (opening: Promise<PageSlot>): Promise<PageSlot> => {
  if (await within(OPEN_MS, opening)) return await opening
  void opening.then((late) => late.close()).catch(() => undefined)
  throw new Error(`the browser opened no page within ${OPEN_MS / 1000} s`)
}
