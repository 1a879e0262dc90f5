/** A sender's request as it arrived, with everything needed to verify it. */
export interface PushedRequest<Config = unknown, Secrets = unknown> {
  readonly config: Config
  readonly secrets: Secrets
  readonly method: 'GET' | 'POST'
  /** From the URL; the first value of each name. */
  readonly query: Readonly<Record<string, string>>
  /** By lower-case name; repeated headers joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The exact bytes that were sent, which is what a signature covers. Empty for GET. */
  readonly body: Buffer
  readonly now: Date
}

/** What happens to a pushed request. */
export type Receipt =
  | {
      readonly kind: 'event'
      /** Identifies the event when it is sent again; storable text of at most 200 characters. */
      readonly eventId: string
      /** Shown in lists; storable text of at most 200 characters. */
      readonly eventType: string | null
      /** The headers `read` needs later. Never credentials or signatures. */
      readonly headers: Readonly<Record<string, string>>
      /** Stands for the content when the same event may arrive with different bytes; otherwise the bytes are compared. */
      readonly sameAs?: string
      /** The sender shows the response body to people or interprets it as a command: answer 200 without a body. */
      readonly silent?: boolean
    }
  /** Nothing to store: the sender only wants to see that someone is listening. */
  | { readonly kind: 'reply'; readonly contentType: string; readonly body: string }
