import { Failure } from '@inlet/connector-sdk'
import { createByteReader } from './byte-reader.js'
import type { GitSetup } from './git-environment.js'
import { startGit } from './git-process.js'

export interface ObjectReader extends AsyncDisposable {
  /** Returns the sizes of blobs in bytes, in order; null for a missing one. */
  sizes(ids: readonly string[]): Promise<readonly (number | null)[]>
  /** Reads the bytes of a blob. */
  content(id: string): Promise<Buffer>
}

/** Requests written at a time; their responses fit into the pipe, so that neither side waits for the other. */
const AT_ONCE = 200

/** Reads objects from the store by id, without a work tree, filters or links. The caller disposes it. */
export const openObjectReader = (setup: GitSetup, signal: AbortSignal): ObjectReader => {
  const check = startGit(setup, ['cat-file', '--batch-check=%(objecttype) %(objectsize)'], signal)
  const batch = startGit(setup, ['cat-file', '--batch=%(objecttype) %(objectsize)'], signal)
  const checked = createByteReader(check.stdout)
  const contents = createByteReader(batch.stdout)
  return {
    async sizes(ids) {
      const sizes: (number | null)[] = []
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        const some = ids.slice(from, from + AT_ONCE)
        check.stdin.write(`${some.join('\n')}\n`)
        for (const _id of some) sizes.push(sizeOf(await checked.line()))
      }
      return sizes
    },
    async content(id) {
      batch.stdin.write(`${id}\n`)
      const size = sizeOf(await contents.line())
      if (size === null) throw new Failure('UPSTREAM_INVALID', `the object ${id} is missing in the repository`)
      const bytes = await contents.exactly(size + 1)
      return bytes.subarray(0, size)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([check.stop(), batch.stop()])
    },
  }
}

const sizeOf = (line: string): number | null => {
  const match = /^blob (\d+)$/.exec(line)
  return match === null ? null : Number(match[1])
}
