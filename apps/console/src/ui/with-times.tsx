import { Time } from './time.js'

const MOMENT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/u

/** A text of the API with the moments in it as the reader likes them. */
export const WithTimes = ({ text }: { readonly text: string }) => (
  <>
    {text.split(MOMENT).map((part, index) => (
      // The parts of a text have no other name than their place.
      // oxlint-disable-next-line react/no-array-index-key
      <span key={index}>{index % 2 === 1 ? <Time at={part} /> : part}</span>
    ))}
  </>
)
