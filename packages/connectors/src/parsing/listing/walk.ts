import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { type Failure, toFileFailure } from '@inlet/connector-sdk'

export type WalkEntry = { readonly file: string } | { readonly unreadable: string; readonly failure: Failure }

export interface WalkOptions {
  /** Whether to look into a subfolder. */
  readonly enters: (folder: string) => boolean
  readonly signal: AbortSignal
}

/**
 * Yields the regular files below a folder in code unit order of their full paths, with one folder in memory at a time. Skips links,
 * devices and the like. Reports a folder that cannot be read, but not one that has vanished.
 */
export async function* walk(folder: string, options: WalkOptions): AsyncGenerator<WalkEntry, void, void> {
  options.signal.throwIfAborted()
  let entries
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch (thrown) {
    const failure = toFileFailure(thrown, folder)
    if (failure.reason !== 'NOT_FOUND_UPSTREAM') yield { unreadable: folder, failure }
    return
  }
  const places = entries
    .filter((entry) => entry.isFile() || (entry.isDirectory() && options.enters(path.join(folder, entry.name))))
    // With its slash, a folder sorts to where its files belong among the files beside it.
    .map((entry) => (entry.isDirectory() ? `${entry.name}${path.sep}` : entry.name))
    .sort((a, b) => (a < b ? -1 : 1))
  for (const place of places) {
    const whole = path.join(folder, place)
    if (place.endsWith(path.sep)) yield* walk(whole.slice(0, -1), options)
    else yield { file: whole }
  }
}
