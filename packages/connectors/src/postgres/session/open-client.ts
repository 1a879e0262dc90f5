import net from 'node:net'
import type { CheckedAddress, Failure } from '@inlet/connector-sdk'
import type { Client, ClientConfig } from 'pg'
import type { Target } from '../../sql/dialect.js'
import { requireEncryption, unsafeLogin } from '../../sql/session/login-safety.js'
import { openAtAddress } from '../../sql/session/open-at-address.js'
import type { PostgresConfig } from '../config.js'
import { toPgFailure } from './pg-failure.js'

/** Shown in pg_stat_activity; sessions with this name never hold a cursor back. */
export const APPLICATION_NAME = 'inlet (read only)'

export interface OpenClient {
  readonly client: Client
  readonly address: CheckedAddress
  /** Breaks the connection immediately, whatever its state. */
  destroy(): void
}

/**
 * Logs in at the first address of the host that answers; the egress guard checks each one. Throws UNREACHABLE, TIMEOUT, TLS_FAILED,
 * AUTH_FAILED, LOGIN_NOT_SAFE, NOT_FOUND_UPSTREAM, UPSTREAM_ERROR or a failure of the guard. The caller ends or destroys the client.
 */
export const openClient = (target: Target<PostgresConfig>, signal: AbortSignal): Promise<OpenClient> => {
  const { egress, config } = target
  return openAtAddress({ host: config.host, port: config.port, egress, toFailure: toPgFailure }, signal, (address) => logIn(target, address, signal))
}

const logIn = async ({ config, secrets }: Target<PostgresConfig>, address: CheckedAddress, signal: AbortSignal): Promise<OpenClient> => {
  requireEncryption(address.address, config)
  const { default: pg } = await import('pg')
  const socket = new net.Socket()
  const options: ClientConfig = {
    host: address.address,
    port: address.port,
    user: config.user,
    database: config.database,
    // A function, because an empty string would make the library look for PGPASSWORD and ~/.pgpass.
    password: () => secrets.password,
    ssl: tlsOptions(config.tls, address.host),
    stream: () => socket,
    application_name: APPLICATION_NAME,
    connectionTimeoutMillis: config.connectTimeoutSeconds * 1000,
    keepAlive: true,
  }
  const client = new pg.Client(options)
  // A connection that breaks while idle is noticed on its next use; without a listener the error would end the process.
  client.on('error', () => undefined)
  const destroy = (): void => void socket.destroy()
  const login = watchLogin(client, config, destroy)
  signal.addEventListener('abort', destroy, { once: true })
  try {
    signal.throwIfAborted()
    await client.connect()
    return { client, address, destroy }
  } catch (error) {
    destroy()
    throw login.refusal() ?? error
  } finally {
    signal.removeEventListener('abort', destroy)
  }
}

/** What the server asks for, by the library's events; the salted MD5 hash is cracked in no time. */
const ASKED: readonly (readonly [event: string, what: string])[] = [
  ['authenticationCleartextPassword', 'the password in clear text'],
  ['authenticationMD5Password', 'the password by MD5'],
]

/**
 * Breaks the connection when the server asks for a password in a form that reveals it and nothing proves that it is the server: a machine
 * in the middle would get it. The library answers whatever it is asked, even after another method has begun.
 */
const watchLogin = (client: Client, config: PostgresConfig, destroy: () => void): { readonly refusal: () => Failure | undefined } => {
  let refusal: Failure | undefined
  if (config.tls.mode !== 'verify-full') {
    // The library's types omit its protocol.
    const { connection } = client as unknown as { readonly connection: NodeJS.EventEmitter }
    for (const [event, what] of ASKED)
      connection.prependListener(event, () => {
        refusal = unsafeLogin(config, what)
        destroy()
      })
  }
  return { refusal: () => refusal }
}

/** Returns the TLS options of a connection to a checked address: certificate and SNI follow the host name, not the address. */
export const tlsOptions = (tls: PostgresConfig['tls'], host: string): Exclude<ClientConfig['ssl'], undefined> => {
  if (tls.mode === 'disable') return false
  const name = tls.serverName ?? host
  return {
    rejectUnauthorized: tls.mode === 'verify-full',
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(net.isIP(name) === 0 ? { servername: name } : {}),
    ...(tls.serverName === undefined ? {} : { host: tls.serverName }),
  }
}
