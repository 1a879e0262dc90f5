import { Failure } from '@inlet/connector-sdk'
import type { DecodedText } from '../../parsing/html/decode.js'
import type { HtmlPage } from '../../parsing/html/read-html.js'

/** Why a response is no page: of another type, beyond a limit, or a PDF that is damaged or locked. */
export type SkipReason = 'content_type' | 'too_large' | 'unreadable'

/** The outcome of one URL. */
export type Outcome =
  | {
      readonly kind: 'page'
      readonly page: HtmlPage
      readonly etag?: string
      readonly lastModified?: string
      readonly contentType: string
      readonly decoded?: Omit<DecodedText, 'text'>
    }
  | { readonly kind: 'not_modified' }
  /** `cookies`: the response set some, so a second request may get a different one. */
  | { readonly kind: 'redirect'; readonly to: string; readonly cookies?: boolean }
  /** 404 or 410. */
  | { readonly kind: 'gone'; readonly status: number }
  /** Another response without a page; a stored page is kept. */
  | { readonly kind: 'refused'; readonly status: number; readonly said: string }
  | { readonly kind: 'skipped'; readonly why: SkipReason }
  /** After all attempts. */
  | { readonly kind: 'failed'; readonly failure: Failure }

/** A page that the browser cannot show; unlike a failed request, it is not retried. */
export class NotRendered extends Failure {}
