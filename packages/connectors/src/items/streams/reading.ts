import type { JsonObject, Reason } from '@inlet/connector-sdk'
import type { Owner } from '../content/detect-format.js'
import type { Format } from '../settings.js'

/** What reading a file has told about it. */
export interface Reading {
  readonly owner: Owner
  /** Of the version that was read; null when it changed meanwhile or could not be read this time, so that it is read again. */
  readonly signature: string | null
  readonly format: Format | null
  readonly encoding?: string
  readonly sha256?: string
  readonly rows?: number
  readonly rejected?: number
  /** The pass over all files in which its rows were yielded to their end. */
  readonly pass?: number
  /** Why the file, or its rest, could not be read. It is tried again when it changes. */
  readonly problem?: Reason
}

/** What the record of a file says besides name, size and time. */
export const readingData = ({ owner, format, encoding, sha256, rows, rejected, problem }: Reading): JsonObject => ({
  format,
  readAs: owner,
  ...(encoding === undefined ? {} : { encoding }),
  ...(sha256 === undefined ? {} : { sha256 }),
  ...(rows === undefined ? {} : { rows }),
  ...(rejected === undefined || rejected === 0 ? {} : { rejected }),
  ...(problem === undefined ? {} : { problem }),
})

/** Some 60 MB; beyond it `files` reads a file again instead of remembering. */
const MAX_READINGS = 200_000

/** Remembers a reading for the stream `files` of the same run. */
export const remember = (readings: Map<string, Reading>, key: string, reading: Reading): void => {
  if (readings.size < MAX_READINGS || readings.has(key)) readings.set(key, reading)
}

/** Starts anew for one owner: what an earlier run read was not necessarily stored. */
export const forgetReadings = (readings: Map<string, Reading>, owner: Owner): void => {
  for (const [key, reading] of readings) if (reading.owner === owner) readings.delete(key)
}
