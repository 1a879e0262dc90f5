import type { AddedEvent, NewEvent } from '@inlet/db'
import { Failure } from '@inlet/domain'

/** Makes events durable in groups: those that arrive while a group is being committed form the next one. */
export interface EventWriter {
  /** Resolves once the event is durable, or refused by the store. Throws DATABASE_UNAVAILABLE when that takes too long or is impossible. */
  add(event: NewEvent): Promise<AddedEvent>
}

interface EventWriterOptions {
  /** Adds events in one transaction; returns results in their order. No (source, id) occurs twice in a call. */
  readonly write: (events: readonly NewEvent[]) => Promise<readonly AddedEvent[]>
  /** Translates the error of `write`, e.g. to DATABASE_UNAVAILABLE. */
  readonly toFailure: (error: unknown) => unknown
  /** Longest that a sender waits, in ms. */
  readonly timeoutMs: number
  readonly maxGroupEvents: number
  readonly maxGroupBytes: number
  /** Bytes that may be waiting in total; beyond them, senders are asked to come again. */
  readonly maxWaitingBytes: number
}

interface Waiting {
  readonly event: NewEvent
  readonly complete: (outcome: AddedEvent | { readonly error: unknown }) => void
  /** The same event again, received while this one was waiting. */
  readonly repetitions: Waiting[]
}

const keyOf = ({ sourceId, eventId }: NewEvent): string => `${sourceId} ${eventId}`

export const createEventWriter = (options: EventWriterOptions): EventWriter => {
  const waiting = new Map<string, Waiting>()
  let waitingBytes = 0
  let writing = false

  const take = (): readonly Waiting[] => {
    const group: Waiting[] = []
    let bytes = 0
    for (const [key, one] of waiting) {
      if (group.length > 0 && (group.length >= options.maxGroupEvents || bytes + one.event.body.length > options.maxGroupBytes)) break
      group.push(one)
      bytes += one.event.body.length
      waiting.delete(key)
    }
    return group
  }

  const writeAll = async (): Promise<void> => {
    writing = true
    try {
      while (waiting.size > 0) await writeGroup(options, take())
    } finally {
      writing = false
    }
  }

  return {
    add(event) {
      if (waitingBytes + event.body.length > options.maxWaitingBytes)
        return Promise.reject(new Failure('INBOX_FULL', 'too much waits to be stored', { retryAfterMs: 2_000 }))
      waitingBytes += event.body.length
      return new Promise<AddedEvent>((resolve, reject) => {
        const timer = setTimeout(() => reject(tooSlow()), options.timeoutMs)
        const one: Waiting = {
          event,
          repetitions: [],
          complete(outcome) {
            clearTimeout(timer)
            waitingBytes -= event.body.length
            if ('error' in outcome) reject(outcome.error)
            else resolve(outcome)
          },
        }
        const first = waiting.get(keyOf(event))
        if (first === undefined) waiting.set(keyOf(event), one)
        else first.repetitions.push(one)
        if (!writing) void writeAll()
      })
    },
  }
}

const tooSlow = (): Failure => new Failure('DATABASE_UNAVAILABLE', 'the event could not be stored in time', { retryAfterMs: 2_000 })

/** Writes a group. If the store refuses it, each event is tried alone, so that one cannot block the others. */
const writeGroup = async (options: EventWriterOptions, group: readonly Waiting[]): Promise<void> => {
  try {
    const outcomes = await options.write(group.map(({ event }) => event))
    for (const [n, one] of group.entries()) completeAll(one, outcomes[n] ?? { error: new Error('the store gave no outcome') })
  } catch (thrown) {
    const error = options.toFailure(thrown)
    if (error instanceof Failure || group.length === 1) for (const one of group) completeAll(one, { error })
    else for (const one of group) await writeGroup(options, [one])
  }
}

const completeAll = (one: Waiting, outcome: AddedEvent | { readonly error: unknown }): void => {
  one.complete(outcome)
  for (const repetition of one.repetitions) repetition.complete(repeated(one.event, repetition.event, outcome))
}

/** Returns the outcome for an event that was repeated while the first one was waiting. */
const repeated = (first: NewEvent, again: NewEvent, outcome: AddedEvent | { readonly error: unknown }): AddedEvent | { readonly error: unknown } => {
  if ('error' in outcome || outcome.result === 'closed' || outcome.result === 'conflict') return outcome
  return { result: first.contentHash.equals(again.contentHash) ? 'duplicate' : 'conflict', id: outcome.id }
}
