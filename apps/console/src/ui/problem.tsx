import { Component, type ErrorInfo, type ReactNode } from 'react'
import { ApiError } from '../api/api-error.js'
import { useLiveState } from '../api/use-live.js'
import { messages } from '../messages.js'
import { CopyRequest } from './copy-button.js'
import { WithTimes } from './with-times.js'

/** What went wrong, what to do, and how to report it. */
export const ProblemNote = ({ error, onRetry }: { readonly error: unknown; readonly onRetry?: (() => void) | undefined }) => {
  const failure = error instanceof ApiError ? error : null
  const liveState = useLiveState()
  const { title, next } = failure?.status === 0 && liveState === 'live' ? ANSWERS_AGAIN : explain(error)
  const fields = failure?.problem?.errors ?? []
  return (
    <div className="note" data-tone="bad" role="alert">
      <strong>{fields.length === 0 ? title : messages.problem.fields(String(fields.length))}</strong>
      {next !== null && (
        <span className="muted">
          <WithTimes text={next} />
        </span>
      )}
      {fields.map(({ path, message }) => (
        <span key={path + message}>
          <code>{path}</code> {message}
        </span>
      ))}
      <div className="row wrap faint">
        {failure?.problem != null && (
          <span>
            {messages.problem.requestId} <code>{failure.problem.requestId}</code>
          </span>
        )}
        {failure !== null && <CopyRequest request={failure.request} />}
        {onRetry !== undefined && (
          <button type="button" className="button small" onClick={onRetry}>
            {messages.problem.retry}
          </button>
        )}
      </div>
    </div>
  )
}

/** What did not reach the API is not repeated by itself, and the note of it must not outlive its cause. */
const ANSWERS_AGAIN = { title: messages.problem.unreached, next: messages.problem.unreachedNext }

const explain = (error: unknown): { readonly title: string; readonly next: string | null } => {
  if (!(error instanceof ApiError)) return { title: error instanceof Error ? error.message : String(error), next: null }
  if (error.status === 0) return { title: messages.problem.unreachable, next: messages.problem.unreachableNext }
  return { title: error.message, next: error.problem?.next ?? null }
}

interface BoundaryProps {
  readonly children: ReactNode
  /** A change of it, such as another page, gives the content another try. */
  readonly resetKey: string
}

/** Keeps a failure inside the page that has it. */
export class ErrorBoundary extends Component<BoundaryProps, { readonly error: unknown; readonly resetKey: string }> {
  override state = { error: null as unknown, resetKey: this.props.resetKey }

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error: error ?? new Error('unknown') }
  }

  static getDerivedStateFromProps(props: BoundaryProps, state: { error: unknown; resetKey: string }) {
    return props.resetKey === state.resetKey ? null : { error: null, resetKey: props.resetKey }
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(error, info.componentStack)
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children
    return (
      <div className="stack">
        <h1>{messages.problem.crash}</h1>
        <p className="muted">{messages.problem.crashHint}</p>
        <ProblemNote error={this.state.error} onRetry={() => location.reload()} />
      </div>
    )
  }
}
