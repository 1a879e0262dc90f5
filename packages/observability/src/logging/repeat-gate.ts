export interface RepeatGateOptions {
  /** How long after a line identical ones are only counted, in ms. */
  readonly windowMs: number
  /** Calls back once, after this many ms. */
  readonly later: (work: () => void, ms: number) => void
}

/** Passes the first of identical lines, and at the end of each window one line for all that came meanwhile. */
export interface RepeatGate {
  /** `write` writes the line; its argument is how many further lines it stands for, if any. */
  pass(key: string, write: (repeated: number) => void): void
}

/** Bounds the memory used: beyond this number, lines pass. */
const MAX_KEYS = 1_000

interface Window {
  suppressed: number
  write: (repeated: number) => void
}

export const createRepeatGate = ({ windowMs, later }: RepeatGateOptions): RepeatGate => {
  const windows = new Map<string, Window>()
  const close = (key: string): void => {
    const window = windows.get(key)
    if (window === undefined) return
    if (window.suppressed === 0) {
      windows.delete(key)
      return
    }
    const repeated = window.suppressed - 1
    window.suppressed = 0
    later(() => close(key), windowMs)
    window.write(repeated)
  }
  return {
    pass(key, write) {
      const window = windows.get(key)
      if (window !== undefined) {
        window.suppressed += 1
        window.write = write
        return
      }
      if (windows.size < MAX_KEYS) {
        windows.set(key, { suppressed: 0, write })
        later(() => close(key), windowMs)
      }
      write(0)
    },
  }
}
