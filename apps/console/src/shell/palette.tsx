import type { SourcePage } from '@inlet/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useState } from 'react'
import { client } from '../api/client.js'
import { messages } from '../messages.js'
import { readSaved, SAVED_FILTERS_KEY } from '../pages/sources/saved-filter.js'
import { setPreference } from '../preferences/preferences.js'
import { useSession } from '../session/session.js'
import { Dialog } from '../ui/dialog.js'
import { shownName } from '../ui/shown-name.js'
import { pagesFor } from './pages.js'

interface Command {
  readonly id: string
  readonly text: string
  readonly kind: string
  readonly run: () => void
}

/** Goes anywhere and does what the shell offers, by a few letters of its name. */
export const Palette = ({ onClose, onKeys }: { readonly onClose: () => void; readonly onKeys: () => void }) => {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const navigate = useNavigate()
  const session = useSession()
  const typed = text.trim()
  const sources = useQuery({
    queryKey: ['palette', typed],
    queryFn: ({ signal }) => client.call<SourcePage>('GET', '/v1/sources', { query: { q: typed, limit: 8, sort: 'name' }, signal }),
    placeholderData: keepPreviousData,
    enabled: session.can('listSources'),
  })

  const has = ({ text: shown }: Command): boolean => shown.toLowerCase().includes(typed.toLowerCase())
  const [saved] = useState(() => readSaved(localStorage.getItem(SAVED_FILTERS_KEY)))
  const filters: Command[] = (session.can('listSources') ? saved : [])
    .map(({ name, search }) => ({
      id: `filter-${name}`,
      text: shownName(name, { max: 60 }),
      kind: messages.palette.filters,
      run: () => void navigate({ to: '/sources', search: { ...search } }),
    }))
    .filter(has)
  const go = (to: string) => () => void navigate({ to })
  const commands: Command[] = [
    ...pagesFor(session).map(({ to, name }) => ({
      id: to,
      text: messages.nav[name],
      kind: messages.palette.pages,
      run: go(to),
    })),
    ...(['light', 'dark', 'system'] as const).map((theme) => ({
      id: `theme-${theme}`,
      text: `${messages.preferences.theme}: ${messages.preferences[theme]}`,
      kind: messages.palette.actions,
      run: () => setPreference('theme', theme),
    })),
    { id: 'keys', text: messages.keys.title, kind: messages.palette.actions, run: onKeys },
    { id: 'out', text: messages.signIn.signOut, kind: messages.palette.actions, run: () => void session.signOut() },
  ].filter(has)
  const found: Command[] = (sources.data?.items ?? []).map(({ slug, name }) => ({
    id: `source-${slug}`,
    text: shownName(name, { or: slug }),
    kind: messages.palette.sources,
    run: go(`/sources/${slug}`),
  }))
  const all = typed === '' ? [...filters, ...commands, ...found] : [...filters, ...found, ...commands]
  const active = Math.min(at, all.length - 1)

  const choose = (command: Command | undefined): void => {
    if (command === undefined) return
    onClose()
    command.run()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setAt((active + step + all.length) % Math.max(1, all.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      choose(all[active])
    }
  }
  return (
    <Dialog title={messages.palette.title} onClose={onClose} className="palette" isTitleHidden>
      <input
        className="input"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={all[active] === undefined ? undefined : `palette-${active}`}
        aria-label={messages.palette.placeholder}
        placeholder={messages.palette.placeholder}
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-list" role="listbox" aria-label={messages.palette.title}>
        {all.map((command, index) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are those of the combobox
          <li
            key={command.id}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === active}
            onClick={() => choose(command)}
            onPointerMove={() => setAt(index)}
          >
            <span className="truncate">{command.text}</span>
            <span className="faint">{command.kind}</span>
          </li>
        ))}
      </ul>
      {all.length === 0 && <p className="empty">{messages.palette.none}</p>}
    </Dialog>
  )
}
