import type { RunLogLine } from '@inlet/contract'
import { useEffect, useState } from 'react'
import { client } from '../../api/client.js'

const PAGE = 5_000
const FOLLOW_MS = 1_000

export interface RunLogState {
  readonly lines: readonly RunLogLine[]
  /** The first reading is not over. */
  readonly isLoading: boolean
  readonly error: unknown
}

const EMPTY: RunLogState = { lines: [], isLoading: true, error: null }

/** All lines of a run, and while it is under way those that come. */
export const useRunLog = (runId: string, isActive: boolean): RunLogState => {
  const [state, setState] = useState<RunLogState & { readonly of: string }>({ ...EMPTY, of: runId })
  useEffect(() => {
    const stop = new AbortController()
    void follow(runId, isActive, stop.signal, (change) => setState((known) => ({ ...change(known.of === runId ? known : EMPTY), of: runId })))
    return () => stop.abort()
  }, [runId, isActive])
  return state.of === runId ? state : EMPTY
}

const follow = async (
  runId: string,
  isActive: boolean,
  signal: AbortSignal,
  set: (change: (known: RunLogState) => RunLogState) => void,
): Promise<void> => {
  let after = '0'
  while (!signal.aborted) {
    try {
      const { items, nextCursor } = await client.call<{ readonly items: readonly RunLogLine[]; readonly nextCursor: string | null }>(
        'GET',
        `/v1/runs/${runId}/logs`,
        { query: { after, limit: PAGE }, signal },
      )
      const isFirst = after === '0'
      after = items.at(-1)?.id ?? after
      const isLoading = nextCursor !== null
      set((known) => ({ lines: isFirst ? items : items.length === 0 ? known.lines : [...known.lines, ...items], isLoading, error: null }))
      if (isLoading) continue
      if (!isActive) return
    } catch (error) {
      if (signal.aborted) return
      set((known) => ({ ...known, isLoading: false, error }))
    }
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS))
  }
}
