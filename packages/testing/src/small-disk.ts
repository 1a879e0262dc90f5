import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A file system of its own that is full soon; disposing removes it. */
export interface SmallDisk extends Disposable {
  readonly folder: string
}

/** Mounts one of so many KiB; null where this user may not mount. */
export const mountSmallDisk = (kib: number): SmallDisk | null => {
  const folder = mkdtempSync(path.join(tmpdir(), 'inlet-small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k,mode=0777`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    rmdirSync(folder)
    return null
  }
  return {
    folder,
    [Symbol.dispose]: () => {
      execFileSync('umount', ['--lazy', folder])
      rmdirSync(folder)
    },
  }
}

/** Whether tests that fill a disk can run here. */
export const canMountDisk = (): boolean => {
  const disk = mountSmallDisk(64)
  disk?.[Symbol.dispose]()
  return disk !== null
}
