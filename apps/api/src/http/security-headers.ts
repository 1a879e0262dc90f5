import { isUrl } from '@inlet/domain'
import cors from 'cors'
import type { RequestHandler } from 'express'
import helmet from 'helmet'

/** Sets security headers; the content policy has no unsafe-* sources. */
export const securityHeaders = (): RequestHandler =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginEmbedderPolicy: false,
    // TLS ends in front of this process, and only that proxy knows whether to promise it.
    strictTransportSecurity: false,
  })

const EXPOSED = ['ETag', 'Location', 'Retry-After', 'X-Request-Id', 'Idempotency-Replayed', 'X-Inlet-Cache', 'Content-Range', 'WWW-Authenticate']
const ALLOWED = ['Authorization', 'Content-Type', 'If-Match', 'If-None-Match', 'Idempotency-Key', 'Last-Event-ID', 'X-Request-Id']
const PREFLIGHT_SECONDS = 600

/** Whether a text is an origin as browsers write it: scheme, host and port, without a path. Never `*` or `null`. */
export const isOrigin = (text: string): boolean => /^https?:/.test(text) && isUrl(text) && new URL(text).origin === text

/**
 * Lets pages of these origins call the API from a browser, with a key: cookies of other origins are never accepted. If the list is empty, no page of
 * another origin may.
 */
export const allowOrigins = (origins: readonly string[]): RequestHandler =>
  origins.length === 0
    ? (_request, _response, next) => next()
    : cors({
        origin: [...origins],
        methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
        allowedHeaders: ALLOWED,
        exposedHeaders: EXPOSED,
        credentials: false,
        maxAge: PREFLIGHT_SECONDS,
      })
