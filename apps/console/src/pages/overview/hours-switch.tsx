import { messages } from '../../messages.js'
import { type Search, useSearch } from '../../ui/use-search.js'

const CHOICES = ['6', '24', '168'] as const

export const hoursOf = (search: Search): string => CHOICES.find((hours) => hours === search['hours']) ?? '24'

/** How far back plots look; stands in the address. */
export const HoursSwitch = () => {
  const [search, setSearch] = useSearch()
  const chosen = hoursOf(search)
  return (
    <fieldset className="segments">
      <legend className="visually-hidden">{messages.overview.plots.span}</legend>
      {CHOICES.map((hours) => (
        <button key={hours} type="button" aria-pressed={hours === chosen} onClick={() => setSearch({ hours: hours === '24' ? null : hours })}>
          {messages.overview.plots.spans[hours]}
        </button>
      ))}
    </fieldset>
  )
}
