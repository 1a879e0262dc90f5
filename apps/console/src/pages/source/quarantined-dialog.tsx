import type { QuarantinedDetailView, SourceDetail } from '@inlet/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useId, useMemo, useState } from 'react'
import { client, parseExactly } from '../../api/client.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { Actor } from '../../ui/actor.js'
import { Dialog } from '../../ui/dialog.js'
import { ProblemNote } from '../../ui/problem.js'
import { Reason } from '../../ui/reason.js'
import { sentence } from '../../ui/sentence.js'
import { Loading } from '../../ui/states.js'
import { Time } from '../../ui/time.js'
import { notify } from '../../ui/toasts.js'
import { MappedNow } from '../mapping/mapped-now.js'
import { toSample } from '../mapping/to-sample.js'
import { refreshSource } from './refresh-source.js'

interface QuarantinedDialogProps {
  readonly id: string
  readonly source: SourceDetail
  readonly onClose: () => void
}

/** One record that could not be stored: what was read, and a place to correct it and try again. */
export const QuarantinedDialog = ({ id, source, onClose }: QuarantinedDialogProps) => {
  const found = useQuery({
    queryKey: ['quarantined', id],
    queryFn: ({ signal }) => client.call<QuarantinedDetailView>('GET', `/v1/quarantine/${id}`, { signal }),
  })
  return (
    <Dialog title={found.data?.key ?? messages.quarantine.one} onClose={onClose} className="wide">
      {found.data === undefined ? (
        found.isError ? (
          <ProblemNote error={found.error} />
        ) : (
          <Loading />
        )
      ) : (
        <Found item={found.data} source={source} onClose={onClose} />
      )}
    </Dialog>
  )
}

const PAUSE_MS = 500

/** What is typed, as a record to try, once the typing pauses; null while it is no JSON. */
const useSample = (text: string | null): object | null => {
  const [paused, setPaused] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return useMemo(() => {
    try {
      const record = parseExactly(paused ?? '')
      return typeof record === 'object' && record !== null ? toSample(record) : null
    } catch {
      return null
    }
  }, [paused])
}

const RUN = /^run:/u

const Found = ({ item, source, onClose }: { readonly item: QuarantinedDetailView } & Omit<QuarantinedDialogProps, 'id'>) => {
  const original = item.record === null ? null : JSON.stringify(item.record, null, 2)
  const [text, setText] = useState(original)
  const [error, setError] = useState<unknown>(null)
  const queries = useQueryClient()
  const session = useSession()
  const id = useId()
  const t = messages.quarantine
  const act = async (work: () => Promise<unknown>, done: string): Promise<void> => {
    setError(null)
    try {
      await work()
      notify(done)
      onClose()
    } catch (caught) {
      setError(caught)
    }
    await refreshSource(queries, source)
  }
  const isEdited = text !== original
  const mayRetry = item.state === 'open' && session.can('retryQuarantined')
  const sample = useSample(text)
  return (
    <>
      <p>
        <Reason of={item.reason} /> <span className="muted">{item.message}</span>
      </p>
      {item.state !== 'open' && item.stateBy !== null && (
        <p className="muted">
          {t.states[item.state]}
          {': '}
          {RUN.test(item.stateBy) ? (
            <Link to="/runs/$id" params={{ id: item.stateBy.replace(RUN, '') }} className="link">
              {t.byRun}
            </Link>
          ) : (
            <Actor actor={item.stateBy} name={item.stateByName} />
          )}
          {', '}
          <Time at={item.stateAt} />
        </p>
      )}
      {item.whyNot !== null && <p className="muted">{sentence(item.whyNot)}</p>}
      {text === null ? (
        <>
          <h3>{t.raw}</h3>
          <pre className="raw" tabIndex={0}>
            {item.raw ?? t.notKept}
          </pre>
        </>
      ) : (
        <div className="pair-of">
          <div className="field">
            <label htmlFor={id}>{t.record}</label>
            <textarea
              id={id}
              className="input mono"
              rows={16}
              spellCheck={false}
              readOnly={!mayRetry}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </div>
          {sample !== null && <MappedNow sourceId={item.sourceId} stream={item.stream} record={sample} />}
        </div>
      )}
      {error !== null && <ProblemNote error={error} />}
      <div className="actions">
        {item.state === 'open' && session.can('dropQuarantined') && (
          <button
            type="button"
            className="button quiet danger"
            onClick={() => void act(() => client.call('DELETE', `/v1/quarantine/${item.id}`), t.dropped)}
          >
            {t.drop}
          </button>
        )}
        <button type="button" className="button" onClick={onClose}>
          {messages.common.cancel}
        </button>
        {mayRetry && (
          <button
            type="button"
            className="button primary"
            disabled={!isEdited && !item.retryable}
            // As text: numbers keep all their digits.
            onClick={() =>
              void act(
                () => client.call('POST', `/v1/quarantine/${item.id}/retry`, { body: isEdited && text !== null ? { raw: text } : {} }),
                t.retriedOne,
              )
            }
          >
            {isEdited ? t.retryEdited : t.retry}
          </button>
        )}
      </div>
    </>
  )
}
