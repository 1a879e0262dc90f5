import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

const EVERY_MS = 500

export interface SizeWatch extends Disposable {
  /** Aborts once the folder has grown beyond the limit. */
  readonly signal: AbortSignal
}

/** Watches the size of the files directly in a folder; one that does not exist yet counts as empty. */
export const watchSize = (folder: string, maxBytes: number): SizeWatch => {
  const controller = new AbortController()
  let looking = false
  const look = async (): Promise<void> => {
    looking = true
    const names = await readdir(folder).catch(() => [])
    let total = 0
    for (const name of names)
      total += await stat(path.join(folder, name)).then(
        (file) => file.size,
        () => 0,
      )
    if (total > maxBytes) controller.abort()
    looking = false
  }
  const timer = setInterval(() => {
    if (!looking) void look()
  }, EVERY_MS)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
