import { Failure, readPath } from '@inlet/connector-sdk'

/** The ancestors of a nested stream's records, nearest first. */
export type Parents = readonly unknown[]

const PLACEHOLDER = /\{((?:parent\.)+)([^{}]+)\}/g

/** Returns how many levels of parents a text refers to. */
export const templateLevels = (text: string): number =>
  Math.max(0, ...[...text.matchAll(PLACEHOLDER)].map((match) => (match[1] ?? '').split('.').length - 1))

/**
 * Fills in `{parent.id}` and `{parent.parent.id}`. Throws RECORD_INVALID when the parent lacks the field or its value is no scalar.
 * @param encode how a value is written, e.g. {@link pathSegment}
 */
export const fillTemplate = (text: string, parents: Parents, encode: (value: string) => string = String): string =>
  text.replaceAll(PLACEHOLDER, (whole, ups: string, path: string) => {
    const value = readPath(parents[ups.split('.').length - 2], path)
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    if (!isPlain || value === '') throw new Failure('RECORD_INVALID', `the parent has no ${path} for ${whole}`)
    return encode(String(value))
  })

/** Encodes a value as one path segment. Throws RECORD_INVALID for dots that would climb to another path. */
export const pathSegment = (value: string): string => {
  if (value === '.' || value === '..') throw new Failure('RECORD_INVALID', `"${value}" cannot be part of a path`)
  return encodeURIComponent(value.toWellFormed())
}
