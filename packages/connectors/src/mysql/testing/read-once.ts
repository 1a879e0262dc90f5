import { type Cursor, type Page, type SourceRecord, toFailure } from '@inlet/connector-sdk'
import { createTestContext } from '@inlet/connector-sdk/testing'
import mysql from '../index.js'

export interface TestSource {
  readonly config: { readonly host: string; readonly port: number }
  readonly password: string
}

export interface Reading {
  readonly pages: readonly Page[]
  readonly records: readonly SourceRecord[]
  readonly keys: readonly unknown[]
  readonly cursor: Cursor | null
}

export interface ReadOnceOptions {
  readonly cursor?: Cursor | null
  readonly signal?: AbortSignal
  /** Between pages. */
  readonly onPage?: (page: Page, count: number) => unknown
}

/** A context of the connector for a test source. The caller closes. */
export const openContext = ({ config, password }: TestSource) =>
  createTestContext({ connector: mysql, config, secrets: { password }, allow: [`${config.host}:${config.port}`] })

/** Reads a stream to its end over a connection of its own. */
export const readOnce = async (source: TestSource, stream: string, options: ReadOnceOptions = {}): Promise<Reading> => {
  const { cursor = null, signal = new AbortController().signal, onPage } = options
  await using context = await openContext(source)
  await using connection = await mysql.connect(context)
  const pages: Page[] = []
  for await (const page of mysql.read(connection, { stream, cursor, signal })) {
    pages.push(page)
    await onPage?.(page, pages.length)
  }
  const records = pages.flatMap((page) => page.records)
  const last = pages.findLast((page) => page.cursor !== undefined)?.cursor ?? cursor
  return { pages, records, keys: records.map((record) => record.key), cursor: last }
}

/** The reason a piece of work fails with, or `none`. */
export const reasonOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'none'
  } catch (error) {
    return toFailure(error).reason
  }
}
