import type { JsonObject, Reason } from '@inlet/connector-sdk'
import type { Owner } from '../content/detect-format.js'
import type { Format } from '../settings.js'

/** What reading a file has shown about it. */
export interface Reading {
  readonly owner: Owner
  /** Of the version that was read; null if it changed in the meantime or could not be read this time, so that it is read again. */
  readonly signature: string | null
  readonly format: Format | null
  readonly encoding?: string
  readonly sha256?: string
  readonly rows?: number
  readonly rejected?: number
  /** Files in an archive, and the documents among them that were yielded. */
  readonly files?: number
  readonly documents?: number
  /** The pass over all files in which its rows were yielded to the end. */
  readonly pass?: number
  /** Why the file, or its rest, could not be read. It is retried when it changes. */
  readonly problem?: Reason
}

/** Returns what the record of a file contains besides name, size and time. */
export const readingData = ({ owner, format, encoding, sha256, rows, rejected, files, documents, problem }: Reading): JsonObject => ({
  format,
  readAs: owner,
  ...(encoding === undefined ? {} : { encoding }),
  ...(sha256 === undefined ? {} : { sha256 }),
  ...(rows === undefined ? {} : { rows }),
  ...(files === undefined ? {} : { files }),
  ...(documents === undefined ? {} : { documents }),
  ...(rejected === undefined || rejected === 0 ? {} : { rejected }),
  ...(problem === undefined ? {} : { problem }),
})

/** Some 60 MB; beyond that, `files` reads a file again instead of remembering it. */
const MAX_READINGS = 200_000

/** Remembers a reading for the stream `files` of the same run. */
export const remember = (readings: Map<string, Reading>, key: string, reading: Reading): void => {
  const before = readings.get(key)
  // Two streams read an archive, and each learns different things about it.
  const both = reading.owner === 'archive' && before?.owner === 'archive' && before.signature === reading.signature
  if (before !== undefined || readings.size < MAX_READINGS) readings.set(key, both ? { ...before, ...reading } : reading)
}

/** Forgets the readings of one stream: what an earlier run read was not necessarily stored. */
export const forgetReadings = (readings: Map<string, Reading>, stream: 'rows' | 'documents'): void => {
  for (const [key, reading] of readings) if (reading.owner === stream || (reading.owner === 'archive' && stream === 'rows')) readings.delete(key)
}
