import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** The private folder of one tap process: its files, its HOME and its TMPDIR. Disposing it removes the folder. */
export interface RunFolder extends AsyncDisposable {
  readonly path: string
  /** Writes a file that only its owner may read, and returns its path. */
  write(name: string, text: string): Promise<string>
}

/** `tap-<process id of the worker>-…` */
const NAME = /^tap-(\d+)-/

/** Creates a folder below the work folder and removes those that a killed worker left there, since they contain secrets. The caller disposes it. */
export const openRunFolder = async (workDir: string): Promise<RunFolder> => {
  for (const name of await readdir(workDir)) {
    const owner = NAME.exec(name)?.[1]
    if (owner !== undefined && !isAlive(Number(owner))) await remove(path.join(workDir, name))
  }
  const folder = await mkdtemp(path.join(workDir, `tap-${process.pid}-`))
  return {
    path: folder,
    async write(name, text) {
      const file = path.join(folder, name)
      await writeFile(file, text, { mode: 0o600, flag: 'wx' })
      return file
    },
    [Symbol.asyncDispose]: () => remove(folder),
  }
}

const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 })

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
