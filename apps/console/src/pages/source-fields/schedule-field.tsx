import { useId } from 'react'
import { messages } from '../../messages.js'
import { describeCron } from './describe-cron.js'
import { NextFive } from './next-five.js'

export interface ScheduleValue {
  readonly cron: string
  readonly timeZone: string
}

const PRESETS = ['*/15 * * * *', '0 * * * *', '0 */6 * * *', '0 3 * * *', '0 3 * * 1'] as const
const isComplete = (cron: string): boolean => cron.trim().split(/\s+/u).length === 5

/** A schedule in words, as a cron expression, and as the next five moments. */
export const ScheduleField = ({
  value,
  error,
  onChange,
}: {
  readonly value: ScheduleValue | null
  readonly error?: string | undefined
  readonly onChange: (value: ScheduleValue | null) => void
}) => {
  const id = useId()
  const t = messages.schedule
  const zone = value?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <fieldset className="group">
      <legend>{t.title}</legend>
      <div className="field">
        <label htmlFor={`${id}-preset`}>{t.when}</label>
        <select
          id={`${id}-preset`}
          className="input"
          value={value === null ? '' : PRESETS.find((preset) => preset === value.cron) === undefined ? 'own' : value.cron}
          onChange={({ target }) =>
            onChange(target.value === '' ? null : { cron: target.value === 'own' ? (value?.cron ?? '0 * * * *') : target.value, timeZone: zone })
          }
        >
          <option value="">{t.onlyWhenAsked}</option>
          {PRESETS.map((preset) => (
            <option key={preset} value={preset}>
              {describeCron(preset)}
            </option>
          ))}
          <option value="own">{t.own}</option>
        </select>
      </div>
      {value !== null && (
        <>
          <div className="row wrap">
            <div className="field grow">
              <label htmlFor={`${id}-cron`}>{t.cron}</label>
              <input
                id={`${id}-cron`}
                className="input mono"
                value={value.cron}
                spellCheck={false}
                onChange={(event) => onChange({ ...value, cron: event.target.value })}
              />
            </div>
            <div className="field grow">
              <label htmlFor={`${id}-zone`}>{t.timeZone}</label>
              <select
                id={`${id}-zone`}
                className="input"
                value={value.timeZone}
                onChange={(event) => onChange({ ...value, timeZone: event.target.value })}
              >
                {['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')].map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </div>
          </div>
          {isComplete(value.cron) && <NextFive cron={value.cron.trim()} timeZone={value.timeZone} />}
        </>
      )}
      {error !== undefined && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  )
}
