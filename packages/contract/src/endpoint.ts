import type { Reason, Scope } from '@inlet/domain'
import type { z } from 'zod'

export interface EndpointResponse {
  readonly description: string
  /** Absent for responses without a body. */
  readonly schema?: z.ZodType
  /** Default application/json. */
  readonly contentType?: string
}

/**
 * One endpoint of the API. The server's routes, the OpenAPI document, the clients and the test that walks all routes without a key are derived from
 * these.
 */
export interface Endpoint {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** With parameters as `:id`. */
  readonly path: string
  /** `public` needs no key; `signature` needs the sender's signature instead, which its handler verifies; everything else denies by default. */
  readonly scope: Scope | 'public' | 'signature'
  readonly tag: string
  readonly summary: string
  readonly description?: string
  /** Invalid parameters are answered with 404: such an address cannot exist. */
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  /** A JSON body. */
  readonly body?: z.ZodType
  /** Whether the body may be left out, which counts as `{}`. */
  readonly bodyOptional?: boolean
  /** A member of the body whose numbers keep all their digits. */
  readonly exactMember?: string
  /** The body is a stream of bytes that the endpoint reads itself. */
  readonly rawBody?: boolean
  /** Whether If-Match is required, or optional. */
  readonly ifMatch?: boolean | 'optional'
  /** Whether Idempotency-Key is supported. */
  readonly idempotent?: boolean
  /** Whether it changes the definition of a source, which is refused while files define sources (INLET_SOURCES_FILE). */
  readonly definesSources?: boolean
  /** Whether it only reads and is called often: it may begin while its caller's key is looked up. Its path has no parameters. */
  readonly onlyReads?: true
  readonly answers: Readonly<Record<number, EndpointResponse>>
  /** Problems specific to this endpoint, in addition to those of any endpoint. */
  readonly reasons?: readonly Reason[]
}

/** Checks the type of an endpoint and keeps its exact schemas. */
export const defineEndpoint = <const E extends Endpoint>(endpoint: E): E => endpoint
