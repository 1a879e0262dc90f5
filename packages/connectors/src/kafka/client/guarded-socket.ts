import type { LookupFunction, Socket } from 'node:net'
import net from 'node:net'
import tls from 'node:tls'
import { callbackify } from 'node:util'
import { type CheckedAddress, type EgressGuard, Failure } from '@inlet/connector-sdk'
import type { SocketRequest } from './kafkajs.js'

const KEEP_ALIVE_MS = 60_000
/** No response is this long; a server that announces more is no Kafka broker. */
const LONGEST_ANSWER = 256 * 1024 * 1024

export interface Sockets {
  readonly open: (request: SocketRequest) => Socket
  /** Returns, once, the guard's last refusal, which kafkajs passes on only as text. */
  readonly takeRefusal: () => Failure | undefined
  /** Ends all sockets immediately, whatever they wait for. */
  destroy(): void
}

/** Creates sockets that connect only to addresses the guard has checked, whether named by the settings or by the cluster. */
export const createSockets = (guard: EgressGuard): Sockets => {
  const open = new Set<Socket>()
  let closed = false
  let refusal: Failure | undefined
  const remember = (error: unknown): unknown => {
    if (error instanceof Failure) refusal = error
    return error
  }
  const addressesOf = async (host: string, port: number): Promise<readonly CheckedAddress[]> => {
    try {
      return (await guard.resolveAll?.(host, port)) ?? [await guard.resolve(host, port)]
    } catch (error) {
      throw remember(error)
    }
  }
  const lookup = (port: number): LookupFunction => {
    const resolve = callbackify((host: string) => addressesOf(host, port))
    return (host, options, callback) =>
      resolve(host, (error, all) => {
        if (error !== null) callback(error, '', 4)
        else if (options.all === true) callback(null, [...all])
        else callback(null, all[0]?.address ?? '', all[0]?.family)
      })
  }
  return {
    open: ({ host, port, ssl, onConnect }) => {
      if (closed) throw new Error('the connection is closed')
      try {
        guard.checkHost(host, port)
      } catch (error) {
        throw remember(error)
      }
      const target = { host, port, lookup: lookup(port) }
      const name = net.isIP(host) === 0 ? { servername: host } : {}
      const socket = ssl === null || ssl === undefined ? net.connect(target, onConnect) : tls.connect({ ...target, ...name, ...ssl }, onConnect)
      socket.setKeepAlive(true, KEEP_ALIVE_MS)
      socket.once('data', (bytes: Buffer) => {
        if (bytes.length >= 4 && bytes.readUInt32BE(0) > LONGEST_ANSWER)
          socket.destroy(new Error('what answers does not speak the protocol of Kafka'))
      })
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      return socket
    },
    takeRefusal() {
      const last = refusal
      refusal = undefined
      return last
    },
    destroy() {
      closed = true
      for (const socket of open) socket.destroy(new Error('the connection closes'))
    },
  }
}
