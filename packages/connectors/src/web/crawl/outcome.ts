import { Failure } from '@inlet/connector-sdk'
import type { DecodedText } from '../../parsing/html/decode.js'
import type { HtmlPage } from '../../parsing/html/read-html.js'

/** Answers that are no pages: of another type, beyond a limit, or a PDF that is damaged or locked. */
export type SkipReason = 'content_type' | 'too_large' | 'unreadable'

/** What became of one address. */
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
  /** `cookies`: the answer set some, so that asking once more may be answered otherwise. */
  | { readonly kind: 'redirect'; readonly to: string; readonly cookies?: boolean }
  /** 404 or 410. */
  | { readonly kind: 'gone'; readonly status: number }
  /** Another answer that is no page; a stored page is kept. */
  | { readonly kind: 'refused'; readonly status: number; readonly said: string }
  | { readonly kind: 'skipped'; readonly why: SkipReason }
  /** After all tries. */
  | { readonly kind: 'failed'; readonly failure: Failure }

/** A page that the browser cannot show; unlike a failed request it is not tried again. */
export class NotRendered extends Failure {}
