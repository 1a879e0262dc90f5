import type { SourceDetail } from '@inlet/contract'
import { useId, useState } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { type Session, useSession } from '../../session/session.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { formatNumber } from '../../ui/format.js'
import { shownName } from '../../ui/shown-name.js'
import { notify } from '../../ui/toasts.js'

/** What may be read again, with the operation that does it. */
const WAYS = {
  backfill: 'backfillSource',
  reload: 'resetCursor',
  reset: 'resetCursor',
} as const
type Way = keyof typeof WAYS

/** The ways that somebody may take. A reload begins a run, too. */
const waysFor = (can: Session['can']): readonly Way[] =>
  (Object.keys(WAYS) as Way[]).filter((way) => can(WAYS[way]) && (way !== 'reload' || can('runSource')))

export const mayReadAgain = (can: Session['can']): boolean => waysFor(can).length > 0

/** As the browser writes a moment in its own zone; none when nothing was chosen. */
const toMoment = (local: string): string | undefined => (local === '' ? undefined : new Date(local).toISOString())

interface ReadAgainProps {
  readonly source: SourceDetail
  readonly onClose: () => void
  readonly onDone: () => Promise<void>
}

/** Reads a source or one of its streams again; what each way will do stands there before it is done. */
export const ReadAgainDialog = ({ source, onClose, onDone }: ReadAgainProps) => {
  const session = useSession()
  const ways = waysFor((operation) => session.can(operation))
  const [way, setWay] = useState<Way>(ways[0] ?? 'backfill')
  const [stream, setStream] = useState('')
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const id = useId()
  const t = messages.source.readAgain
  const chosen = source.streams.filter(({ name }) => stream === '' || name === stream)
  const records = chosen.reduce((sum, { liveRecords }) => sum + liveRecords, 0)

  const submit = async (): Promise<void> => {
    const which = stream === '' ? {} : { stream }
    const path = `/v1/sources/${source.id}`
    if (way === 'backfill') {
      const range = { from: toMoment(from), to: toMoment(to) }
      await client.call('POST', `${path}/backfill`, { body: { ...which, ...range } })
    } else {
      await client.call('POST', `${path}/reset-cursor`, { body: which })
      if (way === 'reload') await client.call('POST', `${path}/run`, { body: {} })
    }
    notify(t.done[way])
    onClose()
    await onDone()
  }
  return (
    <FormDialog title={t.title(shownName(source.name, { or: source.slug }))} submit={t.submit[way]} onClose={onClose} onSubmit={submit}>
      {() => (
        <>
          <fieldset className="plain stack">
            <legend>{t.how}</legend>
            {ways.map((each) => (
              <label key={each} className="row">
                <input type="radio" name={`${id}-way`} value={each} checked={way === each} onChange={() => setWay(each)} />
                <span>{t.ways[each]}</span>
              </label>
            ))}
          </fieldset>
          <div className="field">
            <label htmlFor={`${id}-stream`}>{messages.source.stream}</label>
            <select id={`${id}-stream`} className="input" value={stream} onChange={(event) => setStream(event.target.value)}>
              <option value="">{t.allStreams}</option>
              {source.streams.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </div>
          {way === 'backfill' && (
            <div className="row wrap">
              <div className="field">
                <label htmlFor={`${id}-from`}>{t.from}</label>
                <input id={`${id}-from`} className="input" type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />
              </div>
              <div className="field">
                <label htmlFor={`${id}-to`}>{t.to}</label>
                <input id={`${id}-to`} className="input" type="datetime-local" value={to} onChange={(event) => setTo(event.target.value)} />
              </div>
            </div>
          )}
          <p className="note" data-tone="info" role="status">
            {t.effects[way](formatNumber(records))} {way === 'backfill' && (from !== '' || to !== '') ? t.effects.range : ''}
          </p>
          {source.activeRun !== null && <p className="hint">{t.running}</p>}
        </>
      )}
    </FormDialog>
  )
}
