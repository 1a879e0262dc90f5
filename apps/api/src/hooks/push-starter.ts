/** Makes sure that sources with new events get a run, soon but not one for each event. */
export interface PushStarter {
  /** Reports that events were added to the source. */
  record(sourceId: string): void
  close(): void
}

interface PushStarterOptions {
  /** Creates and enqueues runs for those of the sources that have events waiting and no run. */
  readonly start: (sourceIds: readonly string[]) => Promise<void>
  readonly onError: (error: unknown) => void
  /** Monotonic, in ms. */
  readonly now: () => number
}

const SOON_MS = 20
const AGAIN_MS = 250
/** A run that was about to end may have missed an event: sources are rechecked for this long; the reconciler finds the rest. */
const WATCH_MS = 3_000

export const createPushStarter = ({ start, onError, now }: PushStarterOptions): PushStarter => {
  const pending = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const startTimer = (delayMs: number): void => {
    if (!closed && timer === undefined) timer = setTimeout(() => void look(), delayMs)
  }

  const look = async (): Promise<void> => {
    const sources = [...pending.keys()]
    for (const [sourceId, at] of pending) if (now() - at > WATCH_MS) pending.delete(sourceId)
    try {
      await start(sources)
    } catch (error) {
      onError(error)
    }
    timer = undefined
    if (pending.size > 0) startTimer(AGAIN_MS)
  }

  return {
    record(sourceId) {
      pending.set(sourceId, now())
      startTimer(SOON_MS)
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
