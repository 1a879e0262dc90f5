import net from 'node:net'
import type { CheckedAddress } from '@inlet/connector-sdk'
import type { Connection, ConnectionOptions } from 'mysql2'
import type { Target } from '../../sql/dialect.js'
import { requireEncryption } from '../../sql/session/login-safety.js'
import { openAtAddress } from '../../sql/session/open-at-address.js'
import type { MysqlConfig } from '../config.js'
import { createLoginPlugins } from './login-plugins.js'
import { toMysqlFailure } from './mysql-failure.js'

export interface OpenClient {
  readonly client: Connection
  readonly address: CheckedAddress
  /** Rejects when the connection breaks; never resolves. */
  readonly lost: Promise<never>
  /** Breaks the connection immediately, whatever its state. */
  destroy(): void
}

/**
 * Logs in at the first address of the host that answers; the egress guard checks each one. Throws UNREACHABLE, TIMEOUT, TLS_FAILED,
 * AUTH_FAILED, LOGIN_NOT_SAFE, NOT_FOUND_UPSTREAM, UPSTREAM_ERROR or a failure of the guard. The caller ends or destroys the client.
 */
export const openClient = (target: Target<MysqlConfig>, signal: AbortSignal): Promise<OpenClient> => {
  const { egress, config } = target
  return openAtAddress({ host: config.host, port: config.port, egress, toFailure: toMysqlFailure }, signal, (address) =>
    logIn(target, address, signal),
  )
}

type Login = Pick<Target<MysqlConfig>, 'config' | 'secrets'>

/** Logs in at one checked address. */
export const logIn = async (target: Login, address: CheckedAddress, signal: AbortSignal): Promise<OpenClient> => {
  requireEncryption(address.address, target.config)
  const { default: mysql } = await import('mysql2')
  const login = createLoginPlugins(target.config, mysql.authPlugins)
  signal.throwIfAborted()
  const socket = net.connect({ host: address.address, port: address.port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 })
  const client = mysql.createConnection({ ...connectionOptions(target, address.host, socket), authPlugins: login.plugins })
  const lost = new Promise<never>((_resolve, reject) => {
    client.on('error', reject)
    socket.once('close', () => reject(Object.assign(new Error('the connection was lost'), { code: 'PROTOCOL_CONNECTION_LOST' })))
  })
  // Noticed on the next use; without a listener, a connection that breaks while idle would end the process.
  lost.catch(() => undefined)
  const destroy = (): void => void socket.destroy()
  signal.addEventListener('abort', destroy, { once: true })
  try {
    const connected = new Promise<void>((resolve, reject) => client.connect((error) => (error ? reject(error) : resolve())))
    await Promise.race([connected, lost])
    signal.throwIfAborted()
    return { client, address, lost, destroy }
  } catch (error) {
    destroy()
    throw login.refusal() ?? error
  } finally {
    signal.removeEventListener('abort', destroy)
  }
}

/** Returns the options of a connection over our own socket. Certificate and SNI follow the host name, not the address. */
export const connectionOptions = ({ config, secrets }: Login, host: string, socket: net.Socket | undefined): ConnectionOptions => {
  const { tls } = config
  const ssl = {
    rejectUnauthorized: tls.mode === 'verify-full',
    verifyIdentity: tls.mode === 'verify-full',
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
  }
  return {
    stream: () => socket,
    host: tls.serverName ?? host,
    port: config.port,
    user: config.user,
    password: secrets.password,
    database: config.database,
    charset: 'utf8mb4_general_ci',
    connectTimeout: config.connectTimeoutSeconds * 1000,
    multipleStatements: false,
    // A server may ask any client that supports it for a file of the client's machine.
    flags: ['-LOCAL_FILES', '-IGNORE_SPACE'],
    typeCast: false,
    rowsAsArray: true,
    ...(tls.mode === 'disable' ? {} : { ssl }),
  }
}
