import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { Failure, type Reason } from '@inlet/domain'
import { toHealthResponse, toReadyResponse } from '@inlet/observability'
import { toProblem } from '../http/to-problem.js'

/** What the API needs before it can serve. */
export type Needed = 'database' | 'queue'

const MISSING: Readonly<Record<Needed, string>> = {
  database: 'it does not answer, or has not been migrated yet',
  queue: 'it has not answered since the API started',
}
const UNAVAILABLE: Readonly<Record<Needed, Reason>> = { database: 'DATABASE_UNAVAILABLE', queue: 'QUEUE_UNAVAILABLE' }

/** Answers requests until the API itself listens. */
export interface StartingServer {
  /** From now on, responses say that this is missing. */
  waitFor(needed: Needed): void
  /** Frees the port. */
  close(): Promise<void>
}

/**
 * Listens on the API's own address while waiting for the database or the queue: clients learn what is missing instead of finding nothing. Throws when
 * the port is taken. With port 0 no client knows the address yet, so nothing listens. The caller closes it.
 */
export const openStartingServer = async (address: { readonly host: string; readonly port: number }): Promise<StartingServer> => {
  let needed: Needed = 'database'
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?')
    const { status, contentType, body } = answerFor(path, needed)
    response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store', 'retry-after': '2', connection: 'close' }).end(body)
  })
  if (address.port !== 0) {
    server.listen(address.port, address.host)
    await once(server, 'listening')
  }
  return {
    waitFor: (next) => {
      needed = next
    },
    close: () => closeNow(server),
  }
}

const answerFor = (path: string, needed: Needed) => {
  if (path === '/health') return toHealthResponse([])
  if (path === '/ready') return toReadyResponse([{ name: needed, ok: false, reason: MISSING[needed] }])
  const { problem } = toProblem(new Failure(UNAVAILABLE[needed], `the API is starting and waits for the ${needed}`), {
    requestId: randomUUID(),
    errorId: '',
    path,
  })
  return { status: problem.status, contentType: 'application/problem+json; charset=utf-8', body: JSON.stringify(problem) }
}

const closeNow = async (server: Server): Promise<void> => {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
