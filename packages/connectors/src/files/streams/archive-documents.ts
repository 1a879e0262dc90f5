import type { KnownRecords, Page } from '@inlet/connector-sdk'
import type { PagePacker } from '../../parsing/page-packer.js'
import { archivesOf } from './member-key.js'

const DOCUMENTS = 'documents'

/** How many documents of archives are stored. */
export interface ArchiveDocuments {
  /** Counts the documents of one archive that carry this version. */
  count(archive: string, signature: string): number
}

/**
 * Scans the keys of all stored documents once. A count equal to the number of documents an archive yielded proves
 * that they were stored, which the record of the archive in `files` does not.
 */
export const findArchiveDocuments = async (known: KnownRecords): Promise<ArchiveDocuments> => {
  const counts = new Map<string, number>()
  for await (const { key, validator } of known.entries(DOCUMENTS)) {
    for (const archive of archivesOf(key)) {
      const version = `${archive}\0${validator}`
      counts.set(version, (counts.get(version) ?? 0) + 1)
    }
  }
  return { count: (archive, signature) => counts.get(`${archive}\0${signature}`) ?? 0 }
}

/** Reports the stored documents of these archives as unchanged, so that the sweep keeps them. */
export async function* unchangedMembers(known: KnownRecords, archives: ReadonlySet<string>, packer: PagePacker): AsyncGenerator<Page, void, void> {
  for await (const { key } of known.entries(DOCUMENTS)) {
    if (!archivesOf(key).some((archive) => archives.has(archive))) continue
    packer.unchanged(key)
    if (packer.isFull()) yield packer.take()
  }
}
