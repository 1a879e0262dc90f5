import { Failure, isGlobalAddress } from '@inlet/connector-sdk'
import type { TlsSettings } from '../settings/source-settings.js'

interface Place {
  readonly host: string
  readonly tls: Pick<TlsSettings, 'mode'>
}

/**
 * Throws LOGIN_NOT_SAFE for a public address without encryption: everybody on the way reads what is read, and can take the place of the
 * server. Of a name it is known only when it is resolved.
 */
export const requireEncryption = (address: string, { host, tls }: Place): void => {
  if (tls.mode === 'disable' && isGlobalAddress(address))
    throw new Failure('LOGIN_NOT_SAFE', `${host} is a public address, and tls.mode is "disable"`, { field: 'config.tls.mode' })
}

/** What a server asks for that would show it the password, or something it can be found out from, when nothing proves who the server is. */
export const unsafeLogin = ({ host }: Pick<Place, 'host'>, asked: string): Failure =>
  new Failure(
    'LOGIN_NOT_SAFE',
    `${host} asks for ${asked}, which is not sent, since the connection is not encrypted and checked (tls.mode verify-full)`,
    {
      field: 'config.tls.mode',
    },
  )
