import { type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { serveHttp } from '@inlet/connector-sdk/testing'

export interface Front {
  readonly port: number
  readonly url: string
  /** What went through, as `GET /path?query`. */
  readonly seen: string[]
  close(): Promise<void>
}

/** Answers a request itself (true), or leaves it to the store behind (false). */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean

/** A server in front of a store that counts requests and can answer some in its place, or make pages of lists short. Closed by the caller. */
export const openFront = async (
  storePort: number,
  intercept: Intercept = () => false,
  { pageOf }: { readonly pageOf?: number } = {},
): Promise<Front> => {
  const seen: string[] = []
  const server = await serveHttp((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    if (intercept(request, response)) return
    const onward = send(
      {
        host: '127.0.0.1',
        port: storePort,
        method: request.method,
        path: pageOf === undefined ? request.url : request.url?.replace(/(max-keys|maxresults)=\d+/, `$1=${pageOf}`),
        headers: request.headers,
        agent: false,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  return { port: server.port, url: server.url, seen, close: () => server.close() }
}
