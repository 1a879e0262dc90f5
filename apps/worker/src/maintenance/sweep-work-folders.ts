import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { isUuid } from '@inlet/domain'

export interface WorkFolders {
  readonly workRoot: string
  /** Returns those of the ids that belong to registered sources. */
  readonly findSources: (ids: readonly string[]) => Promise<ReadonlySet<string>>
  /** Returns the sources that have a connection here. */
  readonly inUse: () => ReadonlySet<string>
  /** A folder without a source is removed once nothing was added to it for this long: calls for unsaved settings have one too. */
  readonly idleMs: number
  readonly now: () => number
}

/** Removes the working folders of sources that are gone and of calls that are over; returns how many. */
export const sweepWorkFolders = async ({ workRoot, findSources, inUse, idleMs, now }: WorkFolders): Promise<number> => {
  const names = (await namesIn(workRoot)).filter((name) => isUuid(name) && !inUse().has(name))
  if (names.length === 0) return 0
  const registered = await findSources(names)
  let removed = 0
  for (const name of names.filter((one) => !registered.has(one))) {
    const folder = path.join(workRoot, name)
    const { mtimeMs } = await stat(folder)
    if (now() - mtimeMs < idleMs) continue
    await rm(folder, { recursive: true, force: true })
    removed += 1
  }
  return removed
}

const namesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Sweeps periodically, until stopped by the returned function. */
export const startSweeping = (
  folders: WorkFolders,
  options: { readonly everyMs: number; readonly onError: (error: unknown) => void },
): (() => Promise<void>) => {
  let sweeping: Promise<unknown> = Promise.resolve()
  const sweep = (): void => {
    sweeping = sweeping.then(() => sweepWorkFolders(folders)).catch(options.onError)
  }
  sweep()
  const timer = setInterval(sweep, options.everyMs)
  return async () => {
    clearInterval(timer)
    await sweeping
  }
}
