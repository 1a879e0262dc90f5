import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface HttpRemote {
  readonly port: number
  /** `host:port`, as an allow-list names it. */
  readonly authority: string
  /** Answers instead of git while set. */
  misbehave: ((request: IncomingMessage, response: ServerResponse) => void) | null
  readonly requests: string[]
  openConnections(): number
  close(): Promise<void>
}

export interface HttpRemoteOptions {
  /** Folder with bare repositories. */
  readonly root: string
  readonly username?: string
  /** Absent: no credentials are asked for. */
  readonly token?: string
  /** A token that is known, but may not read. */
  readonly weakToken?: string
}

/** A real git remote over smart HTTP on loopback: git http-backend as CGI, with Basic auth. The caller closes. */
export const startHttpRemote = async (options: HttpRemoteOptions): Promise<HttpRemote> => {
  const sockets = new Set<Socket>()
  const basic = (token: string): string => `Basic ${Buffer.from(`${options.username ?? 'reader'}:${token}`).toString('base64')}`
  const server = createServer((request, response) => {
    remote.requests.push(`${request.method} ${request.url}`)
    if (remote.misbehave !== null) return remote.misbehave(request, response)
    if (options.weakToken !== undefined && request.headers.authorization === basic(options.weakToken)) return void response.writeHead(403).end()
    if (options.token !== undefined && request.headers.authorization !== basic(options.token))
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    serve(options.root, request, response)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const remote: HttpRemote = {
    port,
    authority: `127.0.0.1:${port}`,
    misbehave: null,
    requests: [],
    openConnections: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return remote
}

const serve = (root: string, request: IncomingMessage, response: ServerResponse): void => {
  const url = new URL(request.url ?? '/', 'http://loopback')
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_USER: 'reader',
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.on('error', () => undefined)
  request.pipe(child.stdin)
  response.on('close', () => child.kill('SIGKILL'))
  let head = Buffer.alloc(0)
  let started = false
  child.stdout.on('data', (chunk: Buffer) => {
    if (started) {
      response.write(chunk)
      return
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return
    started = true
    const headers = head
      .toString('latin1', 0, end)
      .split('\r\n')
      .map((line) => line.split(': ') as [string, string])
    const status = Number(headers.find(([name]) => name === 'Status')?.[1]?.slice(0, 3) ?? 200)
    response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== 'Status')))
    response.write(head.subarray(end + 4))
  })
  child.stdout.on('end', () => response.end())
}
