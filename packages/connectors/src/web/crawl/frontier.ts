import { originOf } from '../address/normalize-url.js'
import type { PageMark } from './page-mark.js'

/** One URL to be read. */
export interface Visit {
  readonly url: string
  readonly depth: number
  /** The number of redirects that led here. */
  readonly hops: number
  readonly start: boolean
  /** The mark of the stored page, if any. */
  readonly stored?: PageMark
  /** lastmod in the sitemap. */
  readonly lastmod?: string
  /** The stored page or start address whose redirect led here. */
  readonly movedFrom?: string
  readonly ignoreCanonical?: boolean
}

/** `waiting`: it stands for itself only if another URL turns out not to stand for it. `other`: read, and not one of our pages. */
export type VisitState = 'queued' | 'waiting' | 'page' | 'other'

interface Bucket {
  queue: Visit[]
  head: number
  active: number
  delayMs: number
  /** Monotonic milliseconds before which nothing may start. */
  readyAt: number
}

/** The URLs of a crawl: each once, bounded, in buckets per site that limit concurrency and enforce the delay. */
export interface Frontier {
  stateOf(url: string): VisitState | undefined
  setState(url: string, state: VisitState): void
  /** Queues a new URL. Returns false when the bound is reached. */
  add(visit: Visit): boolean
  /** Queues a URL again. */
  requeue(visit: Visit): void
  /** Returns the next URL that may be fetched now; `done` must follow. */
  take(nowMs: number): Visit | undefined
  done(visit: Visit): void
  /** Returns when the next URL may be taken; undefined if nothing is queued or only the end of a fetch frees a slot. */
  nextReadyAt(): number | undefined
  /** Pauses a site until then. */
  pause(url: string, untilMs: number): void
  setDelay(origin: string, delayMs: number): void
  readonly queued: number
  readonly active: number
  readonly seen: number
}

const COMPACT_AT = 1_024

export const createFrontier = (options: { readonly concurrency: number; readonly delayMs: number; readonly maxSeen: number }): Frontier => {
  const states = new Map<string, VisitState>()
  const buckets = new Map<string, Bucket>()
  let queued = 0
  let active = 0
  const bucketOf = (url: string): Bucket => {
    const origin = originOf(url)
    let bucket = buckets.get(origin)
    if (bucket === undefined) buckets.set(origin, (bucket = { queue: [], head: 0, active: 0, delayMs: options.delayMs, readyAt: 0 }))
    return bucket
  }
  const push = (visit: Visit): void => {
    states.set(visit.url, 'queued')
    bucketOf(visit.url).queue.push(visit)
    queued++
  }
  const isOpen = (bucket: Bucket): boolean => bucket.head < bucket.queue.length && bucket.active < options.concurrency
  return {
    stateOf: (url) => states.get(url),
    setState: (url, state) => void states.set(url, state),
    add(visit) {
      if (states.size >= options.maxSeen) return false
      push(visit)
      return true
    },
    requeue: push,
    take(nowMs) {
      for (const bucket of buckets.values()) {
        if (!isOpen(bucket) || bucket.readyAt > nowMs) continue
        const visit = shift(bucket)
        if (visit === undefined) continue
        bucket.active++
        bucket.readyAt = nowMs + bucket.delayMs
        queued--
        active++
        return visit
      }
      return undefined
    },
    done(visit) {
      bucketOf(visit.url).active--
      active--
    },
    nextReadyAt() {
      let next: number | undefined
      for (const bucket of buckets.values()) if (isOpen(bucket) && (next === undefined || bucket.readyAt < next)) next = bucket.readyAt
      return next
    },
    pause(url, untilMs) {
      const bucket = bucketOf(url)
      bucket.readyAt = Math.max(bucket.readyAt, untilMs)
    },
    setDelay(origin, delayMs) {
      bucketOf(`${origin}/`).delayMs = delayMs
    },
    get queued() {
      return queued
    },
    get active() {
      return active
    },
    get seen() {
      return states.size
    },
  }
}

const shift = (bucket: Bucket): Visit | undefined => {
  const visit = bucket.queue[bucket.head++]
  if (bucket.head >= COMPACT_AT && bucket.head * 2 >= bucket.queue.length) {
    bucket.queue = bucket.queue.slice(bucket.head)
    bucket.head = 0
  }
  return visit
}
