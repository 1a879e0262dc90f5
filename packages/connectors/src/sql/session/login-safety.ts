import { Failure, isGlobalAddress } from '@inlet/connector-sdk'
import type { TlsSettings } from '../settings/source-settings.js'

interface Place {
  readonly host: string
  readonly tls: Pick<TlsSettings, 'mode'>
}

/**
 * Throws LOGIN_NOT_SAFE for a public address without encryption: anyone on the path can read the traffic and impersonate the
 * server. For a host name, this is known only once it is resolved.
 */
export const requireEncryption = (address: string, { host, tls }: Place): void => {
  if (tls.mode === 'disable' && isGlobalAddress(address))
    throw new Failure('LOGIN_NOT_SAFE', `${host} is a public address, and tls.mode is "disable"`, { field: 'config.tls.mode' })
}

/** The failure for a server that asks for the password, or something it can be derived from, when nothing proves the server's identity. */
export const unsafeLogin = ({ host }: Pick<Place, 'host'>, asked: string): Failure =>
  new Failure(
    'LOGIN_NOT_SAFE',
    `${host} asks for ${asked}, which is not sent, since the connection is not encrypted and checked (tls.mode verify-full)`,
    {
      field: 'config.tls.mode',
    },
  )
