import type { RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Failure } from '@inlet/domain'
import { type ClosableHttpClient, createHttpClient, type HttpClientOptions } from '../../http/create-http-client.js'
import { createEgressGuard } from '../../net/create-egress-guard.js'
import { serveHttp, serveRaw } from '../servers/loopback-server.js'

/** Servers and clients of one test file; `close` ends those opened since its last call. */
export const createHttpFixture = (transport: 'axios' | 'node') => {
  const closers: (() => unknown)[] = []
  return {
    open: (options: Partial<HttpClientOptions> = {}): ClosableHttpClient => {
      const client = createHttpClient({ guard: createEgressGuard({ allow: ['127.0.0.1'] }), transport, ...options })
      closers.push(() => client.close())
      return client
    },
    serve: async (listener: RequestListener) => {
      const server = await serveHttp(listener)
      closers.push(() => server.close())
      return server
    },
    serveRaw: async (act: (socket: Socket) => void) => {
      const server = await serveRaw(act)
      closers.push(() => server.close())
      return server
    },
    defer: (closer: () => unknown) => closers.push(closer),
    close: async () => {
      for (const close of closers.splice(0).reverse()) await close()
    },
  }
}

/** Returns the failure that the work ends with. */
export const failureOf = async (work: Promise<unknown>): Promise<Failure> => {
  const outcome = await work.then(
    () => new Error('it succeeded'),
    (error: unknown) => error,
  )
  return outcome as Failure
}

/** A listener that always gives the same response. */
export const end =
  (body: string | Buffer, headers: Record<string, string> = {}, status = 200): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(body)
  }

export const redirectTo = (response: ServerResponse, location: string, status = 302) => response.writeHead(status, { location }).end('moved')
