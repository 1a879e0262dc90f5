import { Failure, isUrl } from '@inlet/domain'
import type { JSONWebKeySet } from 'jose'
import { z } from 'zod'

/** Reads a document; null if there is none. It follows no redirect: the issuer must be the one that was configured. */
export type ReadJson = (url: string) => Promise<unknown>

const metadata = z.object({ issuer: z.string(), jwks_uri: z.url() })
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(1_000) })

/**
 * Reads the keys of an issuer, found according to OpenID Connect Discovery or RFC 8414. Throws what `readJson` throws, and UPSTREAM_INVALID for
 * responses that cannot be trusted.
 */
export const readKeySet = async (readJson: ReadJson, issuer: string): Promise<JSONWebKeySet> => {
  const found = await readMetadata(readJson, issuer)
  if (found.issuer !== issuer) throw new Failure('UPSTREAM_INVALID', `its metadata is of the issuer ${found.issuer.slice(0, 200)}`)
  if (issuer.startsWith('https:') && !found.jwks_uri.startsWith('https:')) throw new Failure('UPSTREAM_INVALID', 'it offers its keys without TLS')
  const answer = await readJson(found.jwks_uri)
  const parsed = keySet.safeParse(answer)
  if (!parsed.success) throw new Failure('UPSTREAM_INVALID', 'what its jwks_uri answers is not a set of keys')
  // The form of each key is checked where it is used.
  return parsed.data
}

const readMetadata = async (readJson: ReadJson, issuer: string): Promise<z.output<typeof metadata>> => {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/+$/u, '')
  const answer =
    (await readJson(`${origin}${path}/.well-known/openid-configuration`)) ??
    (await readJson(`${origin}/.well-known/oauth-authorization-server${path}`))
  const parsed = metadata.safeParse(answer)
  if (!parsed.success) throw new Failure('UPSTREAM_INVALID', 'it has no metadata with issuer and jwks_uri')
  return parsed.data
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/u

/** Whether an address can be an issuer's (RFC 8414). Without TLS, anyone in between could supply their own keys. */
export const isIssuer = (text: string): boolean => {
  if (!isUrl(text) || /[?#]/u.test(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  return username === '' && password === '' && (protocol === 'https:' || LOOPBACK.test(hostname))
}
