import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'

export type Row = { id: number | string; updatedAt?: string; [field: string]: unknown }
export type Tables = Record<string, Row[]>

interface JsonServer {
  create(): { use(handler: unknown): void } & RequestListener
  router(tables: Tables): unknown
}

/** A json-server 0.17 over tables in memory, which the test may change at any time. */
export const createJsonServer = (tables: Tables): RequestListener => {
  const jsonServer = createRequire(import.meta.url)('json-server') as JsonServer
  const app = jsonServer.create()
  app.use(jsonServer.router(tables))
  return app
}
