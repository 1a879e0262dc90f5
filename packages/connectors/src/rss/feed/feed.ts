import type { Caveat } from '@inlet/connector-sdk'

/** A piece of prose as a feed carries it. */
export interface Prose {
  readonly kind: 'html' | 'text'
  readonly value: string
}

export interface Person {
  readonly name?: string
  readonly email?: string
  readonly url?: string
}

export interface Enclosure {
  readonly url: string
  readonly type?: string
  /** In bytes. */
  readonly length?: number
  readonly title?: string
}

/** One entry, the same for all formats. URLs are absolute, times ISO 8601 in UTC. */
export interface FeedEntry {
  /** The feed's own id for it; absent if there is none. */
  readonly id?: string
  readonly url?: string
  readonly title?: string
  readonly content?: Prose
  readonly summary?: Prose
  readonly published?: string
  readonly updated?: string
  readonly authors: readonly Person[]
  readonly categories: readonly string[]
  readonly enclosures: readonly Enclosure[]
  readonly comments?: string
  readonly image?: string
  readonly language?: string
  /** Base of relative URLs in its prose. */
  readonly base: string
}

/** What a feed says about itself. */
export interface FeedHead {
  readonly format: 'rss' | 'rdf' | 'atom' | 'json'
  readonly title?: string
  readonly description?: string
  /** The URL of the site it belongs to. */
  readonly url?: string
  readonly language?: string
  readonly image?: string
  readonly generator?: string
  /** The URL of the page with older entries. */
  readonly next?: string
}

export interface Feed {
  readonly head: FeedHead
  readonly entries: readonly FeedEntry[]
  /** The document ended in the middle; what was intact was read. */
  readonly cut: boolean
  /** Caveats about how it was read. */
  readonly caveats: readonly Caveat[]
}
