import { createHmac, timingSafeEqual } from 'node:crypto'
import { canonicalJson, Failure } from '@inlet/domain'
import type { Keyring } from '@inlet/security'
import { z } from 'zod'

/** Opaque positions in lists, signed so that nobody can forge or change one. */
export interface PageTokens {
  /** `list` names the list with its filters: a token of another list or filter is refused. */
  encode(list: string, position: readonly (string | number)[]): string
  /** Returns the position of a token. Throws INVALID_CURSOR. */
  decode<S extends z.ZodType>(list: string, token: string, position: S): z.output<S>
}

/** Names a list by its endpoint and everything that determines its contents. */
export const listName = (endpoint: string, filters: object): string => canonicalJson([endpoint, { ...filters, limit: undefined, cursor: undefined }])

/** Creates tokens signed with the primary master key and accepted with every configured one. */
export const createPageTokens = (keyring: Keyring): PageTokens => {
  const sign = (keyId: string, list: string, payload: string): Buffer | null => {
    const key = keyring.pepper(keyId)
    return key === undefined ? null : createHmac('sha256', key).update(`page token\0${list}\0${payload}`).digest().subarray(0, 16)
  }
  return {
    encode(list, position) {
      const payload = Buffer.from(JSON.stringify(position)).toString('base64url')
      return `${payload}.${sign(keyring.primaryId, list, payload)?.toString('base64url') ?? ''}`
    },
    decode(list, token, schema) {
      const [payload = '', signature = ''] = token.split('.')
      const given = Buffer.from(signature, 'base64url')
      const signed = keyring.ids.some((id) => {
        const expected = sign(id, list, payload)
        return expected !== null && expected.byteLength === given.byteLength && timingSafeEqual(expected, given)
      })
      const parsed = signed ? schema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))) : null
      // Buffer skips characters that are not base64, so the text itself must be the one that was issued.
      if (!parsed?.success || given.toString('base64url') !== signature || token.split('.').length !== 2)
        throw new Failure('INVALID_CURSOR', 'the cursor does not belong to this list', { field: 'cursor' })
      return parsed.data
    },
  }
}

/** Returns a page from up to `limit + 1` rows: the extra row only shows that there are more. Dates become ISO 8601 in JSON. */
export const toPage = <R>(
  rows: readonly R[],
  limit: number,
  tokenOf: (last: R) => string,
): { readonly items: readonly R[]; readonly nextCursor: string | null } => {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last !== undefined ? tokenOf(last) : null }
}

const position = z.tuple([z.string()])

/**
 * Returns a page of a list that is short enough to be read completely: `orderOf` returns the text, unique in the list, that items are sorted by.
 * Items that appear or disappear between two pages do not shift others. Throws INVALID_CURSOR.
 */
export const pageOfAll = <T>(
  all: readonly T[],
  of: {
    readonly tokens: PageTokens
    readonly list: readonly [string, object]
    readonly query: { readonly limit: number; readonly cursor?: string | undefined }
  },
  orderOf: (item: T) => string,
): { readonly items: readonly T[]; readonly nextCursor: string | null } => {
  const { tokens, query } = of
  const name = listName(...of.list)
  const after = query.cursor === undefined ? null : tokens.decode(name, query.cursor, position)[0]
  const sorted = all
    .map((item) => ({ item, order: orderOf(item) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .filter(({ order }) => after === null || order > after)
  const page = toPage(sorted, query.limit, ({ order }) => tokens.encode(name, [order]))
  return { items: page.items.map(({ item }) => item), nextCursor: page.nextCursor }
}

const LATEST_MS = 8_640_000_000_000_000

/** Returns text that sorts later moments first. */
export const newestFirst = (moment: Date): string => String(LATEST_MS - moment.getTime()).padStart(17, '0')
