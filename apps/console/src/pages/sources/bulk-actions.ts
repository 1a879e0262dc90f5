import type { SourceLine } from '@inlet/contract'

export const BULK_ACTIONS = ['run', 'start', 'stop', 'pause', 'resume'] as const
export type BulkAction = (typeof BULK_ACTIONS)[number]

/** The operation of the API behind an action. */
export const OPERATIONS: Readonly<Record<BulkAction, string>> = {
  run: 'runSource',
  start: 'startSource',
  stop: 'stopSource',
  pause: 'pauseSource',
  resume: 'resumeSource',
}

/** What an action would do to a source, as far as its line says; the API decides. */
export type Effect = 'changes' | 'nothing' | 'refused'

const isOff = ({ status }: SourceLine): boolean => status === 'PAUSED' || status === 'STOPPED'
const isActive = ({ state }: SourceLine): boolean => state === 'RUNNING' || state === 'STARTING'

const EFFECTS: Readonly<Record<BulkAction, (line: SourceLine) => Effect>> = {
  run: (line) => (isOff(line) || isActive(line) ? 'refused' : 'changes'),
  start: (line) => (line.status === 'ACTIVE' && isActive(line) ? 'nothing' : 'changes'),
  stop: ({ status }) => (status === 'STOPPED' ? 'nothing' : 'changes'),
  pause: (line) => (isOff(line) ? 'nothing' : 'changes'),
  resume: ({ status }) => (status === 'STOPPED' ? 'refused' : status === 'ACTIVE' ? 'nothing' : 'changes'),
}

export const effectOf = (action: BulkAction, line: SourceLine): Effect => EFFECTS[action](line)

export interface BulkResult {
  readonly line: SourceLine
  /** Null: done. */
  readonly error: unknown
}

const AT_A_TIME = 4

/** Acts on one source after the other, a few at a time; reports each as it is done. Stops taking further ones once aborted. */
export const actOnAll = async (
  lines: readonly SourceLine[],
  act: (line: SourceLine) => Promise<unknown>,
  options: { readonly onResult: (result: BulkResult) => void; readonly signal: AbortSignal },
): Promise<void> => {
  const waiting = [...lines]
  const work = async (): Promise<void> => {
    for (let line = waiting.shift(); line !== undefined && !options.signal.aborted; line = waiting.shift()) {
      try {
        await act(line)
        options.onResult({ line, error: null })
      } catch (error) {
        options.onResult({ line, error })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work))
}
