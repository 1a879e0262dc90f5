import { Failure, type Scope, tokenOwner, tokenScopes } from '@inlet/domain'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'

/** The caller identified by a token. */
export interface TokenPrincipal {
  readonly kind: 'token'
  /** Identifies the subject, whichever client it uses; no API key has this id. */
  readonly id: string
  /** The subject, as the issuer calls it. */
  readonly name: string
  /** The client that the token was issued to. */
  readonly client: string
  readonly scopes: readonly Scope[]
  /** From this moment, nothing more is done in its name. */
  readonly until: Date
}

export interface TokenRules {
  readonly issuer: string
  /** The names by which tokens may refer to this server. */
  readonly audiences: readonly string[]
  readonly scopeClaim: string
  readonly scopePrefix: string
  readonly findKey: JWTVerifyGetKey
  readonly now: () => Date
}

/** A token that is not accepted. */
export class TokenRefused extends Failure {
  /** Whether nothing shows that the issuer made it: such tokens are guesses, and counted. */
  readonly isForged: boolean
  constructor(message: string, { isForged }: { readonly isForged: boolean }) {
    super('UNAUTHENTICATED', message, {
      next: 'Get a new token from the issuer, for this server; the metadata that WWW-Authenticate names says where.',
    })
    this.isForged = isForged
  }
}

/** Signatures that anyone can verify and only the issuer can make: no shared secrets, and never `none`. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const TYPES = ['jwt', 'at+jwt']
/** Tolerated difference between clocks. */
const TOLERANCE_SECONDS = 30
const MAX_LENGTH = 16_384
const MAX_SUBJECT = 255

/** Whether a bearer token has the form of a JWT; API keys do not. */
export const isJwt = (text: string): boolean => /^[\w-]+\.[\w-]*\.[\w-]*$/u.test(text)

/** Verifies a token and returns its caller. Throws TokenRefused, and ISSUER_UNAVAILABLE when that cannot be decided. */
export const verifyToken = async (token: string, rules: TokenRules): Promise<TokenPrincipal> => {
  // Only an API with an issuer gets here.
  const jose = await import('jose')
  // So that only the issuer's own tokens cause requests for its keys.
  if (token.length > MAX_LENGTH || issuerOf(token, jose) !== rules.issuer)
    throw new TokenRefused('the token is not of this issuer', { isForged: true })
  const { payload, protectedHeader } = await verify(token, rules, jose)
  const type = protectedHeader.typ?.toLowerCase().replace(/^application\//u, '')
  if (type !== undefined && !TYPES.includes(type)) throw new TokenRefused('the token is not an access token', { isForged: false })
  if (payload['cnf'] !== undefined)
    throw new TokenRefused('the token is bound to a key of its client, which cannot be checked here', { isForged: false })
  return toPrincipal(payload, rules)
}

const issuerOf = (token: string, { decodeJwt }: typeof import('jose')): string | undefined => {
  try {
    return decodeJwt(token).iss
  } catch {
    return undefined
  }
}

const verify = async (token: string, { issuer, audiences, findKey, now }: TokenRules, { errors, jwtVerify }: typeof import('jose')) => {
  try {
    return await jwtVerify(token, findKey, {
      issuer,
      audience: [...audiences],
      algorithms: ALGORITHMS,
      requiredClaims: ['sub', 'exp'],
      clockTolerance: TOLERANCE_SECONDS,
      currentDate: now(),
    })
  } catch (error) {
    // jose checks the signature first. Its errors contain the claims, and must go no further.
    if (error instanceof errors.JWTExpired) throw new TokenRefused('the token has expired', { isForged: false })
    if (error instanceof errors.JWTClaimValidationFailed) throw new TokenRefused(describeClaim(error.claim), { isForged: false })
    // An honest client may send such a token if its issuer has changed its keys.
    if (error instanceof errors.JWKSNoMatchingKey)
      throw new TokenRefused('the token is signed with a key that the issuer does not have, or no longer has', { isForged: false })
    if (error instanceof errors.JOSEError) throw new TokenRefused('the token is not signed by the issuer', { isForged: true })
    throw error
  }
}

const describeClaim = (claim: string): string => {
  if (claim === 'aud') return 'the token is for another audience'
  if (claim === 'nbf') return 'the token is not valid yet'
  return `the token has no usable ${['iss', 'sub', 'exp', 'iat'].includes(claim) ? claim : 'claims'}`
}

const toPrincipal = (payload: JWTPayload, { scopeClaim, scopePrefix }: TokenRules): TokenPrincipal => {
  const { sub: subject, exp } = payload
  if (typeof subject !== 'string' || subject === '' || subject.length > MAX_SUBJECT || exp === undefined)
    throw new TokenRefused('the token has no usable sub', { isForged: false })
  return {
    kind: 'token',
    id: tokenOwner(subject),
    name: subject,
    client: clientOf(payload),
    scopes: tokenScopes(payload[scopeClaim], scopePrefix),
    until: new Date((exp + TOLERANCE_SECONDS) * 1_000),
  }
}

/** Returns the client, named as in RFC 9068 or as issuers did before it. */
const clientOf = (payload: JWTPayload): string => {
  for (const claim of ['client_id', 'azp', 'cid', 'appid']) {
    const client = payload[claim]
    if (typeof client === 'string' && client !== '') return client.slice(0, MAX_SUBJECT)
  }
  return 'unknown'
}
