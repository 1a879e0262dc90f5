import net from 'node:net'
import type { Client } from 'pg'
import type { PostgresConfig } from '../config.js'
import { type OpenClient, tlsOptions } from './open-client.js'

const CANCEL_TIMEOUT_MS = 1000

/**
 * Asks the server to cancel what this client's backend is doing, over a separate connection to the same address, and
 * resolves when the server has taken the request or after 1 s. Otherwise the backend would finish its statement for no one.
 */
export const cancelBackend = async ({ client, address }: OpenClient, config: PostgresConfig): Promise<void> => {
  const { default: pg } = await import('pg')
  // Known since the login; the library's types omit them.
  const { processID, secretKey } = client as Client & { readonly processID: number; readonly secretKey: number }
  await new Promise<void>((resolve) => {
    const socket = new net.Socket()
    const ssl = tlsOptions(config.tls, address.host)
    const connection = new pg.Connection({ stream: () => socket, ssl }) as unknown as CancelConnection
    const end = (): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve()
    }
    const timer = setTimeout(end, CANCEL_TIMEOUT_MS)
    const send = (): void => connection.cancel(processID, secretKey)
    connection.on('error', end)
    connection.on('end', end)
    connection.on('connect', () => (ssl === false ? send() : connection.requestSsl()))
    connection.on('sslconnect', send)
    connection.connect(address.port, address.address)
  })
}

/** The part of the library's connection that its types omit. */
interface CancelConnection {
  on(event: 'connect' | 'sslconnect' | 'error' | 'end', listener: () => void): void
  connect(port: number, host: string): void
  requestSsl(): void
  cancel(processId: number, secretKey: number): void
}
