import { usePreference } from '../preferences/preferences.js'
import { inConsole } from './in-console.js'
import { Time } from './time.js'

const PART = /(`[^`]+`|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/u
const AT_MOMENT = /at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/gu

/** A text of the API with the moments in it as the reader likes them, and with the buttons and tabs of the console in place of commands. */
export const WithTimes = ({ text }: { readonly text: string }) => {
  const here = inConsole(text)
  // "at in 2 minutes" is no English.
  const shown = usePreference('times') === 'relative' ? here.replaceAll(AT_MOMENT, '$1') : here
  return (
    <>
      {shown.split(PART).map((part, index) => (
        // The parts of a text have no other name than their place.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={index}>{index % 2 === 0 ? part : part.startsWith('`') ? <code>{part.slice(1, -1)}</code> : <Time at={part} />}</span>
      ))}
    </>
  )
}
