import { messages } from '../messages.js'
import { choicesOf, type Preference, setPreference, usePreference } from '../preferences/preferences.js'

/** One choice of this browser, e.g. dark or light. */
export const PreferenceSwitch = ({ name }: { readonly name: Preference }) => {
  const value = usePreference(name)
  return (
    <div className="preference">
      <fieldset className="segments">
        <legend className="visually-hidden">{messages.preferences[name]}</legend>
        {choicesOf(name).map((choice) => (
          <button key={choice} type="button" aria-pressed={choice === value} onClick={() => setPreference(name, choice)}>
            {messages.preferences[choice]}
          </button>
        ))}
      </fieldset>
    </div>
  )
}
