import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

const EVERY_MS = 500

export interface SizeWatch extends Disposable {
  /** Aborts once the folder has grown beyond the limit. */
  readonly signal: AbortSignal
  /** Checks once more whether the folder is beyond the limit. */
  isExceeded(): Promise<boolean>
}

/** Watches the size of the files directly in a folder; one that does not exist yet counts as empty. */
export const watchSize = (folder: string, maxBytes: number): SizeWatch => {
  const controller = new AbortController()
  const isExceeded = async (): Promise<boolean> => {
    const names = await readdir(folder).catch(() => [])
    let total = 0
    for (const name of names) total += await sizeOf(path.join(folder, name))
    if (total > maxBytes) controller.abort()
    return total > maxBytes
  }
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void isExceeded().finally(() => {
      looking = false
    })
  }, EVERY_MS)
  return {
    signal: controller.signal,
    isExceeded,
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

const sizeOf = async (file: string): Promise<number> => {
  try {
    return (await stat(file)).size
  } catch {
    // Temporary files come and go.
    return 0
  }
}
