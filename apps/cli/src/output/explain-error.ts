import { FilesInvalid } from '@inlet/registry-files'
import { ApiProblem, ApiUnreachable } from '../client/api-client.js'
import { ProcessEnded } from '../stack/process-exit.js'
import { EXIT } from './exit-codes.js'
import { toNextStep } from './next-step.js'

/** An error as commands report it. */
export interface ExplainedError {
  readonly exitCode: number
  readonly code: string
  readonly message: string
  readonly next?: string | undefined
  readonly details: readonly string[]
}

/** Explains what went wrong, what to do about it, and the exit code. */
export const explainError = (error: unknown): ExplainedError => {
  if (error instanceof FilesInvalid)
    return {
      exitCode: EXIT.files,
      code: 'FILES_INVALID',
      message: 'the files cannot be used; nothing was changed',
      details: error.message.split('\n'),
    }
  if (error instanceof ApiUnreachable) {
    const next = 'Check that it runs (`inlet doctor`), and the address: --url, INLET_URL, or --data for a local one.'
    return { exitCode: EXIT.unreachable, code: 'UNREACHABLE', message: error.message, next, details: [] }
  }
  if (error instanceof ApiProblem) return explainProblem(error)
  if (error instanceof ProcessEnded) return { exitCode: error.exitCode || EXIT.failed, code: 'PROCESS_ENDED', message: error.message, details: [] }
  return { exitCode: EXIT.failed, code: 'FAILED', message: error instanceof Error ? error.message : String(error), details: [] }
}

const explainProblem = ({ status, code, message: said, next, errors, field, source }: ApiProblem): ExplainedError => {
  const message = field === undefined || said.includes(field) ? said : `${field}: ${said}`
  const exitCode = status === 401 || status === 403 ? EXIT.denied : EXIT.failed
  const details = errors.length > 1 ? errors.map(({ path, message: text }) => `${path}: ${text}`) : []
  if (status === 401) return { exitCode, code, message, next: 'Check the key: --key, INLET_API_KEY, or that of the data folder.', details }
  return { exitCode, code, message, next: next === undefined ? undefined : toNextStep(code, next, source), details }
}

const MAX_DETAILS = 30

/** Formats an error for reading. */
export const errorLines = ({ message, next, details }: ExplainedError): readonly string[] => [
  `Error: ${message}`,
  ...details.slice(0, MAX_DETAILS).map((line) => `  ${line}`),
  ...(details.length > MAX_DETAILS ? [`  … and ${details.length - MAX_DETAILS} more`] : []),
  ...(next === undefined || next === '' ? [] : [`  ${next}`]),
]
