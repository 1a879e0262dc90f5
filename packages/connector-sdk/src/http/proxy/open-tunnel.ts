import net from 'node:net'
import { type Duplex, Transform } from 'node:stream'
import { Failure } from '@inlet/domain'
import { guardedOptions } from '../exchange/guarded-agents.js'
import { toNetworkFailure } from '../translate-error.js'
import { authorityOf, type Pass } from './pass.js'

const CONNECT_MS = 15_000
const IDLE_MS = 120_000
const AUTHORITY = /^[^\s/?#@\\]{1,300}:\d{1,5}$/

export interface TunnelRequest {
  /** `host:port` as the client wrote it. */
  readonly authority: string
  readonly socket: Duplex
  /** What the client has already sent. */
  readonly head: Buffer
}

/** Connects a client to the address it asks for if the guard permits it; answers 403 or 502 otherwise. */
export const openTunnel = (pass: Pass, { authority, socket, head }: TunnelRequest): void => {
  pass.hold(socket)
  let upstream: net.Socket
  const refuse = (status: string, error: unknown): void => {
    pass.recordFailure(authority, toNetworkFailure(error, `CONNECT ${authority.slice(0, 300)}`))
    socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
  }
  try {
    if (pass.exceeded) return void socket.destroy()
    if (!AUTHORITY.test(authority)) throw new Failure('INVALID_URL', 'not a host with a port')
    const url = pass.guard.checkUrl(`https://${authority}/`)
    const port = Number(url.port === '' ? 443 : url.port)
    upstream = net.connect({
      ...guardedOptions(pass.guard, { host: url.hostname.replaceAll(/^\[|\]$/g, ''), port }, port),
      port,
      timeout: CONNECT_MS,
    })
    // Named as in the URL of a page, whatever form the client chose.
    authority = authorityOf(url)
  } catch (error) {
    return refuse('403 Forbidden', error)
  }
  pass.hold(upstream)
  let connected = false
  upstream.once('timeout', () => upstream.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })))
  upstream.on('error', (error) => (connected ? socket.destroy() : refuse('502 Bad Gateway', error)))
  upstream.once('connect', () => {
    connected = true
    upstream.setTimeout(IDLE_MS)
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    if (head.length > 0) upstream.write(head)
    socket.pipe(upstream)
    upstream.pipe(counting(pass)).pipe(socket)
  })
  socket.once('close', () => upstream.destroy())
  upstream.once('close', () => connected && socket.end())
}

const counting = (pass: Pass): Transform =>
  new Transform({
    transform(chunk: Buffer, _encoding, done) {
      pass.count(chunk.length)
      done(null, chunk)
    },
  })
