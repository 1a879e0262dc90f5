import type { Reason, Scope } from '@inlet/domain'
import type { z } from 'zod'

export interface EndpointAnswer {
  readonly description: string
  /** Absent for answers without a body. */
  readonly schema?: z.ZodType
  /** Default application/json. */
  readonly contentType?: string
}

/**
 * One endpoint of the API. The routes of the server, the OpenAPI document, the clients and the test that walks all
 * routes without a key are made from these.
 */
export interface Endpoint {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** With parameters as `:id`. */
  readonly path: string
  /** `public` needs no key; `signature` needs the signature of the sender instead, which its handler checks; everything else denies by default. */
  readonly scope: Scope | 'public' | 'signature'
  readonly tag: string
  readonly summary: string
  readonly description?: string
  /** Parameters that do not fit are answered with 404: such an address cannot exist. */
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
  /** Whether Idempotency-Key is honored. */
  readonly idempotent?: boolean
  /** Whether it changes what a source is, which is refused while files are the truth (INLET_SOURCES_FILE). */
  readonly definesSources?: boolean
  /** Whether it reads and does nothing else, and is asked for often: it may begin while the key of its caller is looked up. It has no parameters in its path. */
  readonly onlyReads?: true
  readonly answers: Readonly<Record<number, EndpointAnswer>>
  /** Problems this endpoint answers besides those that any endpoint may. */
  readonly reasons?: readonly Reason[]
}

/** Checks the type of an endpoint and keeps its exact schemas. */
export const defineEndpoint = <const E extends Endpoint>(endpoint: E): E => endpoint
