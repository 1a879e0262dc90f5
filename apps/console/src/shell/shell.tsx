import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { Suspense, useEffect, useState } from 'react'
import { useLiveState } from '../api/use-live.js'
import iconUrl from '../icon.svg'
import { messages } from '../messages.js'
import { AccessGate } from '../session/access-note.js'
import { useSession } from '../session/session.js'
import { Icon } from '../ui/icon.js'
import { Name } from '../ui/name.js'
import { ErrorBoundary } from '../ui/problem.js'
import { Loading } from '../ui/states.js'
import { Toasts } from '../ui/toasts.js'
import { KeyboardHelp } from './keyboard-help.js'
import { PAGES, pagesFor } from './pages.js'
import { Palette } from './palette.js'
import { PreferenceSwitch } from './preference-switch.js'
import { useLostFocus } from './use-lost-focus.js'
import { type Overlay, useShortcuts } from './use-shortcuts.js'

/** The frame of every page: navigation, the state of the connection, and what the keyboard opens anywhere. */
export const Shell = () => {
  const [overlay, setOverlay] = useState<Overlay | null>(null)
  const [isOpen, setOpen] = useState(false)
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const navigate = useNavigate()
  useLostFocus()
  useShortcuts({ open: setOverlay, go: (to) => void navigate({ to }) })
  useEffect(() => setOpen(false), [path])
  return (
    <div className="app">
      <a className="skip" href="#main">
        {messages.common.skip}
      </a>
      <div className="topbar">
        <button type="button" className="button quiet icon" aria-label={messages.common.menu} aria-expanded={isOpen} onClick={() => setOpen(true)}>
          <Icon name="menu" />
        </button>
        <span className="brand">
          <img src={iconUrl} alt="" />
          {messages.app}
        </span>
        <button type="button" className="button quiet icon" aria-label={messages.palette.title} onClick={() => setOverlay('palette')}>
          <Icon name="search" />
        </button>
      </div>
      {isOpen && <button type="button" className="scrim" aria-label={messages.common.close} onClick={() => setOpen(false)} />}
      <Side isOpen={isOpen} onPalette={() => setOverlay('palette')} onKeys={() => setOverlay('keys')} />
      <div>
        <ConnectionBanner />
        <main className="page" id="main" tabIndex={-1}>
          <ErrorBoundary resetKey={path}>
            <Suspense fallback={<Loading />}>
              <AccessGate>
                <Outlet />
              </AccessGate>
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
      {overlay === 'palette' && <Palette onClose={() => setOverlay(null)} onKeys={() => setOverlay('keys')} />}
      {overlay === 'keys' && <KeyboardHelp onClose={() => setOverlay(null)} />}
      <Toasts />
    </div>
  )
}

interface SideProps {
  readonly isOpen: boolean
  readonly onPalette: () => void
  readonly onKeys: () => void
}

const Side = ({ isOpen, onPalette, onKeys }: SideProps) => {
  const session = useSession()
  const liveState = useLiveState()
  const shown = pagesFor(session)
  const link = ({ to, name }: (typeof PAGES)[number]) => (
    <Link key={to} to={to} activeOptions={{ exact: to === '/' }} activeProps={{ 'aria-current': 'page' }}>
      <Icon name={name} />
      {messages.nav[name]}
    </Link>
  )
  return (
    <nav className="side" data-open={isOpen} aria-label={messages.common.menu}>
      <Link to="/" className="brand">
        <img src={iconUrl} alt="" />
        {messages.app}
      </Link>
      <button type="button" className="item find" onClick={onPalette}>
        <Icon name="search" />
        {messages.palette.title}
        <kbd>Ctrl K</kbd>
      </button>
      {shown.filter(({ group }) => group === null).map(link)}
      {(Object.keys(messages.groups) as (keyof typeof messages.groups)[]).map((group) => {
        const pages = shown.filter((page) => page.group === group)
        return pages.length === 0 ? null : (
          <div key={group}>
            <h2>{messages.groups[group]}</h2>
            {pages.map(link)}
          </div>
        )
      })}
      <footer>
        <output className="live" data-state={liveState}>
          {messages.live[liveState]}
        </output>
        <PreferenceSwitch name="theme" />
        <PreferenceSwitch name="times" />
        <button type="button" className="item" onClick={onKeys}>
          <kbd>?</kbd>
          {messages.keys.title}
        </button>
        <button type="button" className="item" onClick={() => void session.signOut()}>
          <Icon name="user" />
          <span className="truncate">
            {messages.signIn.signOut} · <Name of={session.actor.name} />
          </span>
        </button>
      </footer>
    </nav>
  )
}

const ConnectionBanner = () => {
  const state = useLiveState()
  return state === 'lost' ? (
    <output className="banner">
      {messages.live.lost} {messages.live.lostHint}
    </output>
  ) : null
}
