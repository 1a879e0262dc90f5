import { usePreference } from '../preferences/preferences.js'
import { Time } from './time.js'

const MOMENT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/u
const AT_MOMENT = /at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/gu

/** A text of the API with the moments in it as the reader likes them. */
export const WithTimes = ({ text }: { readonly text: string }) => {
  // "at in 2 minutes" is no English.
  const shown = usePreference('times') === 'relative' ? text.replaceAll(AT_MOMENT, '$1') : text
  return (
    <>
      {shown.split(MOMENT).map((part, index) => (
        // The parts of a text have no other name than their place.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={index}>{index % 2 === 1 ? <Time at={part} /> : part}</span>
      ))}
    </>
  )
}
