import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { canonicalJson } from '@inlet/connector-sdk'
import type { FileConfig } from '../config.js'

/** Raise it when the records made of the same file change, so that all files are read again. */
const READER_VERSION = 1

/** Eight characters that change with any setting that changes what a file is read as. */
export const settingsMark = (config: FileConfig): string => {
  const { uploads: _uploads, paths: _paths, exclude: _exclude, recursive: _recursive, ...reading } = config
  return createHash('sha256')
    .update(`${READER_VERSION}${canonicalJson(reading)}`)
    .digest('base64url')
    .slice(0, 8)
}

/** The change time is part of it: a copy that keeps the modification time still sets it. */
export const fileSignature = (mark: string, stat: BigIntStats): string =>
  [mark, stat.size, stat.mtimeNs, stat.ctimeNs].map((part) => (typeof part === 'bigint' ? part.toString(36) : part)).join('.')

export const uploadSignature = (mark: string, sha256: string): string => `${mark}.${sha256}`
