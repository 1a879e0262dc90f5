import type { NotificationTargetView } from '@inlet/contract'
import { useId, useState } from 'react'
import { client } from '../../api/client.js'
import { fieldErrors } from '../../form/field-errors.js'
import { messages } from '../../messages.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { shownName } from '../../ui/shown-name.js'
import { ShownOnce } from '../../ui/shown-once.js'
import { notify } from '../../ui/toasts.js'
import { TextField } from '../source-fields/text-field.js'
import { EVENTS, KINDS, type TargetValue, toTargetBody, toTargetValue } from './target-value.js'

interface TargetDialogProps {
  /** Null makes a new one. */
  readonly target: NotificationTargetView | null
  readonly onClose: () => void
  readonly onSaved: () => Promise<void>
}

/** Who is notified, of what, how, and when not. */
export const TargetDialog = ({ target, onClose, onSaved }: TargetDialogProps) => {
  const [value, setValue] = useState(() => toTargetValue(target, Intl.DateTimeFormat().resolvedOptions().timeZone))
  const [secret, setSecret] = useState<string | null>(null)
  const t = messages.notifications.form
  const change = (next: Partial<TargetValue>): void => setValue({ ...value, ...next })
  const save = async (): Promise<void> => {
    const body = toTargetBody(value, target === null)
    const saved = await (target === null
      ? client.call<{ readonly secret: string | null }>('POST', '/v1/notifications', { body })
      : client.call<object>('PATCH', `/v1/notifications/${target.id}`, { body }))
    await onSaved()
    const newSecret = 'secret' in saved && typeof saved.secret === 'string' ? saved.secret : null
    if (newSecret !== null) return setSecret(newSecret)
    notify(t.saved(value.name))
    onClose()
  }
  if (secret !== null) return <ShownOnce title={t.saved(shownName(value.name))} hint={t.once} secret={secret} copy={t.copy} onClose={onClose} />
  return (
    <FormDialog title={target === null ? t.add : shownName(target.name)} onClose={onClose} onSubmit={save}>
      {(error) => (
        <>
          <Where value={value} isNew={target === null} errors={fieldErrors(error)} onChange={change} />
          <When value={value} errors={fieldErrors(error)} onChange={change} />
        </>
      )}
    </FormDialog>
  )
}

interface PartProps {
  readonly value: TargetValue
  readonly errors: ReadonlyMap<string, string>
  readonly onChange: (next: Partial<TargetValue>) => void
}

/** Each kind asks for what it needs. */
const Where = ({ value, isNew, errors, onChange }: PartProps & { readonly isNew: boolean }) => {
  const t = messages.notifications.form
  const id = useId()
  const { kind } = value
  const kept = isNew ? {} : { hint: t.kept }
  return (
    <>
      <TextField
        label={messages.notifications.name}
        value={value.name}
        isRequired
        error={errors.get('name')}
        onChange={(name) => onChange({ name })}
      />
      {isNew && (
        <div className="field">
          <label htmlFor={id}>{t.kind}</label>
          <select
            id={id}
            className="input"
            value={kind}
            onChange={(event) => onChange({ kind: KINDS.find((one) => one === event.target.value) ?? kind })}
          >
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {t.kinds[one]}
              </option>
            ))}
          </select>
        </div>
      )}
      {kind !== 'pagerduty' && (
        <TextField
          label={t.addresses[kind]}
          value={value.url}
          isRequired={isNew}
          error={errors.get('url')}
          hint={isNew ? t.hints[kind] : t.kept}
          onChange={(url) => onChange({ url })}
        />
      )}
      {kind === 'email' && (
        <>
          <TextField label={t.from} value={value.from} isRequired error={errors.get('mail.from')} onChange={(from) => onChange({ from })} />
          <TextField label={t.to} value={value.to} isRequired error={errors.get('mail.to')} hint={t.toHint} onChange={(to) => onChange({ to })} />
          <TextField label={t.username} value={value.username} error={errors.get('mail.username')} onChange={(username) => onChange({ username })} />
        </>
      )}
      {(kind === 'pagerduty' || (kind === 'email' && value.username !== '')) && (
        <TextField
          label={t.secrets[kind]}
          value={value.secret}
          type="password"
          isRequired={isNew}
          error={errors.get('secret')}
          onChange={(secret) => onChange({ secret })}
          {...kept}
        />
      )}
    </>
  )
}

const When = ({ value, errors, onChange }: PartProps) => {
  const t = messages.notifications.form
  const id = useId()
  return (
    <>
      <fieldset className="field plain">
        <legend className="label">{messages.notifications.events}</legend>
        {EVENTS.map((event) => (
          <label key={event} className="row">
            <input
              type="checkbox"
              checked={value.events.includes(event)}
              onChange={({ target: { checked } }) =>
                onChange({ events: EVENTS.filter((one) => (one === event ? checked : value.events.includes(one))) })
              }
            />
            {messages.notifications.kinds[event]}
          </label>
        ))}
      </fieldset>
      <label className="row">
        <input type="checkbox" checked={value.isQuiet} onChange={(event) => onChange({ isQuiet: event.target.checked })} />
        {t.quiet}
      </label>
      {value.isQuiet && (
        <div className="row wrap">
          <TextField
            label={t.quietFrom}
            type="time"
            value={value.quietFrom}
            error={errors.get('quietHours.from')}
            onChange={(quietFrom) => onChange({ quietFrom })}
          />
          <TextField
            label={t.quietTo}
            type="time"
            value={value.quietTo}
            error={errors.get('quietHours.to')}
            onChange={(quietTo) => onChange({ quietTo })}
          />
          <TextField
            label={messages.schedule.timeZone}
            value={value.timeZone}
            error={errors.get('quietHours.timeZone')}
            onChange={(timeZone) => onChange({ timeZone })}
          />
        </div>
      )}
      <div className="field">
        <label htmlFor={id}>{t.group}</label>
        <input
          id={id}
          type="number"
          className="input"
          min={0}
          max={1_440}
          value={value.groupMinutes}
          onChange={(event) => onChange({ groupMinutes: event.target.valueAsNumber || 0 })}
        />
        <p className="hint">{t.groupHint}</p>
      </div>
      <label className="row">
        <input type="checkbox" checked={value.active} onChange={(event) => onChange({ active: event.target.checked })} />
        {messages.notifications.on}
      </label>
    </>
  )
}
