import { Failure, isReason, type RejectedRecord, type SourceRecord, toFailure } from '@inlet/domain'
import { createSemaphore } from '@inlet/runtime'
import type { StreamMapping } from '../mapping.js'
import { evaluateAll } from './evaluate-all.js'
import { createEvaluator, type Evaluator } from './evaluator.js'
import { type ExactJson, toExactJson } from './exact-numbers.js'
import { toRecords } from './to-records.js'

export interface MappingPoolOptions {
  /** The most processes; each starts with its first work. Default 2. */
  readonly processes?: number
  /** How long one record may take, in ms; default 2,000. */
  readonly timeoutMs?: number
  /** Heap of a process, in MiB; default 128. */
  readonly memoryMb?: number
}

/** The result for one record: some records, none (dropped), or a rejection. */
export interface MappedRecord {
  readonly records: readonly SourceRecord[]
  readonly rejected: RejectedRecord | null
}

/** Evaluates expressions in separate processes without environment, files or network; see docs/adr/0009. */
export interface MappingPool extends AsyncDisposable {
  /**
   * Returns one result for each record, in order. A record for which the expression fails, takes too long or needs too much memory is
   * rejected with its reason; its neighbors pass. Throws QUARANTINE_BUDGET when ten records took too long or too much memory, CANCELLED
   * by the signal, and INTERNAL when no process can be started.
   */
  map(mapping: StreamMapping, records: readonly SourceRecord[], signal?: AbortSignal): Promise<readonly MappedRecord[]>
}

const IDLE_MS = 60_000

/** Starts no process before the first call. The caller disposes it. */
export const createMappingPool = ({ processes = 2, timeoutMs = 2_000, memoryMb = 128 }: MappingPoolOptions = {}): MappingPool => {
  const slots = createSemaphore(processes)
  const idle: { readonly evaluator: Evaluator; readonly timer: NodeJS.Timeout }[] = []
  const all = new Set<Evaluator>()
  const closing = new AbortController()

  const stop = (evaluator: Evaluator): void => {
    all.delete(evaluator)
    evaluator.close()
  }

  /** Prefers the most recently used process, which has the expression compiled. */
  const borrow = (): Evaluator => {
    const last = idle.pop()
    if (last !== undefined) {
      clearTimeout(last.timer)
      return last.evaluator
    }
    const evaluator = createEvaluator({ timeoutMs, memoryMb })
    all.add(evaluator)
    return evaluator
  }

  const keepIdle = (evaluator: Evaluator): void => {
    if (closing.signal.aborted) return stop(evaluator)
    const entry = {
      evaluator,
      timer: setTimeout(() => {
        idle.splice(idle.indexOf(entry), 1)
        stop(evaluator)
      }, IDLE_MS),
    }
    entry.timer.unref()
    idle.push(entry)
  }

  const withEvaluator = async <T>(signal: AbortSignal, work: (evaluator: Evaluator) => Promise<T>): Promise<T> => {
    const release = await slots.acquire(signal)
    const evaluator = borrow()
    try {
      signal.throwIfAborted()
      return await work(evaluator)
    } finally {
      keepIdle(evaluator)
      release()
    }
  }

  return {
    async map(mapping, records, signal) {
      const stopped = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])
      const inputs = records.map(toInput)
      const texts = inputs.flatMap((input) => ('json' in input ? [input.json] : []))
      const outcomes = await evaluateAll({
        evaluate: (chunk) => withEvaluator(stopped, (evaluator) => evaluator.evaluate(mapping.expression, chunk)),
        inputs: texts,
        timeoutMs,
      })
      let next = 0
      return records.map((record, n) => {
        try {
          const input = inputs[n]
          if (input === undefined || input instanceof Failure) throw input
          const outcome = outcomes[next++]
          if (outcome === undefined || outcome instanceof Failure) throw outcome
          return { records: toRecords(record, input.restore(parsePlain(outcome.json)), mapping), rejected: null }
        } catch (error) {
          return { records: [], rejected: toRejected(record, error) }
        }
      })
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new Failure('CANCELLED', 'the mapping pool is closed'))
      for (const { timer } of idle.splice(0)) clearTimeout(timer)
      for (const evaluator of all) stop(evaluator)
    },
  }
}

/** Returns the record as an expression sees it, or why it cannot be passed to one. */
const toInput = (record: SourceRecord): ExactJson | Failure => {
  try {
    return toExactJson(record)
  } catch (error) {
    return toFailure(error)
  }
}

// In JSON text, a quote inside a string is escaped, so this matches only keys.
const FORBIDDEN_KEY = /"(__proto__|constructor|prototype)":/

const parsePlain = (json: string): unknown => {
  const [, forbidden] = FORBIDDEN_KEY.exec(json) ?? []
  if (forbidden !== undefined)
    throw new Failure('MAPPING_RESULT', `the result has the key "${forbidden}", which is not allowed; give it another name`)
  return JSON.parse(json)
}

const toRejected = (record: SourceRecord, error: unknown): RejectedRecord => {
  const { stream, key, data } = record
  const { reason, message, code } = toFailure(error)
  if (code !== 'record_invalid' || !isReason(reason)) throw error
  return { stream, key, reason, message, raw: rawOf(data), record }
}

const rawOf = (data: unknown): string => {
  try {
    return JSON.stringify(data, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)) ?? ''
  } catch {
    return ''
  }
}
