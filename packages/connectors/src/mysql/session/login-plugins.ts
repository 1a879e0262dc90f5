import type { Failure } from '@inlet/connector-sdk'
import type { AuthPlugin, authPlugins } from 'mysql2'
import { unsafeLogin } from '../../sql/session/login-safety.js'
import type { MysqlConfig } from '../config.js'

/** "Perform full authentication": the server does not know the account yet and wants the password itself. */
const FULL_AUTHENTICATION = 4

interface LoginPlugins {
  readonly plugins: { readonly [name: string]: AuthPlugin }
  /** Why the login was given up; the library passes on text only. */
  readonly refusal: () => Failure | undefined
}

/**
 * Returns how to log in. Where nothing proves the server's identity, it gets the password neither in
 * clear text nor encrypted with a key of its own, which amounts to the same; only responses to a
 * challenge (mysql_native_password, or caching_sha2_password of an account in the server's cache).
 */
export const createLoginPlugins = (config: MysqlConfig, library: typeof authPlugins): LoginPlugins => {
  if (config.tls.mode === 'verify-full') return { plugins: {}, refusal: () => undefined }
  let refusal: Failure | undefined
  const refuse = (what: string): never => {
    refusal = unsafeLogin(config, what)
    // The library modifies the error it passes on.
    throw new Error(refusal.message)
  }
  const quick = library.caching_sha2_password({})
  return {
    plugins: {
      mysql_clear_password: () => () => refuse('the password in clear text (mysql_clear_password)'),
      sha256_password: () => () => refuse('the whole password (sha256_password)'),
      caching_sha2_password: (metadata) => {
        const answer = quick(metadata)
        return (data) => (data.length === 1 && data[0] === FULL_AUTHENTICATION ? refuse('the whole password (caching_sha2_password)') : answer(data))
      },
    },
    refusal: () => refusal,
  }
}
