import { createHash } from 'node:crypto'
import { canonicalJson } from '@inlet/connector-sdk'
import { type ReadingConfig, readingOf } from '../settings.js'

/** Raise it when the records made of the same item change, so that all items are read again. */
const READER_VERSION = 2

/** Eight characters that change with any setting that changes what an item is read as. */
export const settingsMark = (config: ReadingConfig): string =>
  createHash('sha256')
    .update(`${READER_VERSION}${canonicalJson(readingOf(config))}`)
    .digest('base64url')
    .slice(0, 8)
