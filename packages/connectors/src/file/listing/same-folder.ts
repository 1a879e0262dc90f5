import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Failure, toFolderFailure } from '@inlet/connector-sdk'

/** An allowed folder as it was when a listing began. */
export interface SameFolder {
  /**
   * Resolves while the path still leads to that folder. Throws FILES_UNAVAILABLE when it was unmounted or replaced: files that are missing
   * from its successor were not deleted.
   */
  requireSame(): Promise<void>
}

/** Throws FILES_UNAVAILABLE for a folder that is not there. Holds nothing open: an open folder could not be unmounted. */
export const lookAtFolder = async (folder: string): Promise<SameFolder> => {
  const look = (): Promise<BigIntStats> =>
    stat(folder, { bigint: true }).catch((thrown: unknown) => {
      throw toFolderFailure(thrown, folder, 'the allowed folder')
    })
  const before = await look()
  return {
    async requireSame() {
      const now = await look()
      if (now.dev !== before.dev || now.ino !== before.ino)
        throw new Failure('FILES_UNAVAILABLE', `the allowed folder ${folder} was unmounted or replaced while it was read`)
    },
  }
}
