/** A request of a sender as it arrived, with all that is needed to verify it. */
export interface PushedRequest<Config = unknown, Secrets = unknown> {
  readonly config: Config
  readonly secrets: Secrets
  readonly method: 'GET' | 'POST'
  /** Of the address; the first value of each name. */
  readonly query: Readonly<Record<string, string>>
  /** By lower-case name; repeated ones joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The very bytes that were sent: what a signature covers. Empty for GET. */
  readonly body: Buffer
  readonly now: Date
}

/** What becomes of a pushed request. */
export type Receipt =
  | {
      readonly kind: 'event'
      /** What makes it the same event when it is sent again; storable text of at most 200 characters. */
      readonly eventId: string
      /** Shown in lists; storable text of at most 200 characters. */
      readonly eventType: string | null
      /** The headers `read` needs later. Never credentials or signatures. */
      readonly headers: Readonly<Record<string, string>>
      /** Stands for the content when the same event may come with other bytes; otherwise the bytes count. */
      readonly sameAs?: string
      /** The sender shows the body of the answer to people or takes it for a command: answer 200 without one. */
      readonly silent?: boolean
    }
  /** Nothing to store: the sender only wants to see that somebody listens. */
  | { readonly kind: 'reply'; readonly contentType: string; readonly body: string }
