import { Failure } from '@inlet/domain'
import type { RequestHandler } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import { findPrincipal } from './principal.js'

/** At most `perMinute` requests of one caller (API key, else address) a minute; 0 means no limit. */
export const limitRate = (perMinute: number): RequestHandler =>
  perMinute === 0
    ? (_request, _response, next) => next()
    : rateLimit({
        windowMs: 60_000,
        limit: perMinute,
        standardHeaders: 'draft-8',
        legacyHeaders: false,
        keyGenerator: (request, response) => findPrincipal(response)?.keyId ?? ipKeyGenerator(request.ip ?? ''),
        handler: (_request, response, next) => {
          const waitSeconds = Number(response.getHeader('retry-after') ?? 60)
          next(new Failure('TOO_MANY_REQUESTS', `more than ${perMinute} requests a minute`, { retryAfterMs: waitSeconds * 1_000 }))
        },
      })
