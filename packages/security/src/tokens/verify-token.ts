import { Failure, type Scope, tokenOwner, tokenScopes } from '@inlet/domain'
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'

/** Who calls with a token. */
export interface TokenPrincipal {
  readonly kind: 'token'
  /** Of the subject, whatever client it comes through; no key has it. */
  readonly id: string
  /** The subject, as the issuer calls it. */
  readonly name: string
  /** The client that the token was issued to. */
  readonly client: string
  readonly scopes: readonly Scope[]
  /** From then on nothing more is done in its name. */
  readonly until: Date
}

export interface TokenRules {
  readonly issuer: string
  /** The names under which tokens may be meant for this server. */
  readonly audiences: readonly string[]
  readonly scopeClaim: string
  readonly scopePrefix: string
  readonly findKey: JWTVerifyGetKey
  readonly now: () => Date
}

/** A token that is not taken. */
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

/** Signatures that anybody can check and only the issuer can make: nothing with a shared secret, and never none. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const TYPES = ['jwt', 'at+jwt']
/** By which clocks may differ. */
const TOLERANCE_SECONDS = 30
const MAX_LENGTH = 16_384
const MAX_SUBJECT = 255

/** Whether a bearer token has the form of a JWT; API keys do not. */
export const isJwt = (text: string): boolean => /^[\w-]+\.[\w-]*\.[\w-]*$/u.test(text)

/** Who calls with a token. Throws TokenRefused, and ISSUER_UNAVAILABLE when that cannot be decided. */
export const verifyToken = async (token: string, rules: TokenRules): Promise<TokenPrincipal> => {
  // So that the issuer is asked for keys on account of its own tokens only.
  if (token.length > MAX_LENGTH || issuerOf(token) !== rules.issuer) throw new TokenRefused('the token is not of this issuer', { isForged: true })
  const { payload, protectedHeader } = await verify(token, rules)
  const type = protectedHeader.typ?.toLowerCase().replace(/^application\//u, '')
  if (type !== undefined && !TYPES.includes(type)) throw new TokenRefused('the token is not an access token', { isForged: false })
  if (payload['cnf'] !== undefined)
    throw new TokenRefused('the token is bound to a key of its client, which cannot be checked here', { isForged: false })
  return toPrincipal(payload, rules)
}

const issuerOf = (token: string): string | undefined => {
  try {
    return decodeJwt(token).iss
  } catch {
    return undefined
  }
}

const verify = async (token: string, { issuer, audiences, findKey, now }: TokenRules) => {
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
    // jose checks the signature first. Its errors hold the claims, and go no further.
    if (error instanceof errors.JWTExpired) throw new TokenRefused('the token has expired', { isForged: false })
    if (error instanceof errors.JWTClaimValidationFailed) throw new TokenRefused(describeClaim(error.claim), { isForged: false })
    // Also that of an honest client whose issuer has changed its keys.
    if (error instanceof errors.JWKSNoMatchingKey)
      throw new TokenRefused('the token is signed with a key that the issuer does not have, or not any more', { isForged: false })
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

/** As RFC 9068 names the client, or as issuers did before. */
const clientOf = (payload: JWTPayload): string => {
  for (const claim of ['client_id', 'azp', 'cid', 'appid']) {
    const client = payload[claim]
    if (typeof client === 'string' && client !== '') return client.slice(0, MAX_SUBJECT)
  }
  return 'unknown'
}
