import type { SessionView } from '@inlet/contract'
import { type FormEvent, useId, useState } from 'react'
import { ApiError } from '../api/api-error.js'
import { client } from '../api/client.js'
import iconUrl from '../icon.svg'
import { messages } from '../messages.js'
import { ProblemNote } from '../ui/problem.js'

interface SignInFormProps {
  readonly hint?: string | undefined
  readonly onSignedIn: (view: SessionView) => void
}

/** Exchanges an API key for a session; the key leaves this form only towards the API. */
export const SignInForm = ({ hint, onSignedIn }: SignInFormProps) => {
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const id = useId()

  const signIn = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const form = event.currentTarget
    const field = new FormData(form).get('key')
    const key = typeof field === 'string' ? field.trim() : ''
    if (key === '') return
    setBusy(true)
    setError(null)
    try {
      const view = await client.callOnce<SessionView>('POST', '/v1/sign-in', { key })
      form.reset()
      onSignedIn(view)
    } catch (caught) {
      setError(caught)
    } finally {
      setBusy(false)
    }
  }

  const isWrong = error instanceof ApiError && error.status === 401
  return (
    <form className="stack" onSubmit={(event) => void signIn(event)}>
      {hint !== undefined && <p className="muted">{hint}</p>}
      <div className="field">
        <label htmlFor={id}>{messages.signIn.key}</label>
        <input
          id={id}
          name="key"
          type="password"
          className="input mono"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          aria-invalid={isWrong}
          aria-describedby={`${id}-hint`}
        />
        {isWrong ? (
          <p className="error" role="alert">
            {messages.signIn.wrong}
          </p>
        ) : null}
        <p className="hint" id={`${id}-hint`}>
          {messages.signIn.keyHint}
        </p>
      </div>
      {error !== null && !isWrong && <ProblemNote error={error} />}
      <button type="submit" className="button primary" disabled={isBusy}>
        {messages.signIn.submit}
      </button>
    </form>
  )
}

export const SignInPage = ({ notice, onSignedIn }: SignInFormProps & { readonly notice?: string | undefined }) => (
  <main className="sign-in">
    <div className="sign-in-card">
      <img src={iconUrl} alt="" />
      <h1>{messages.signIn.title}</h1>
      {notice !== undefined && (
        <div className="note" data-tone="warn" role="alert">
          {notice}
        </div>
      )}
      <SignInForm onSignedIn={onSignedIn} />
      <p className="faint">
        {messages.signIn.where} <code>inlet keys create</code>.
      </p>
    </div>
  </main>
)
