import { Link, useRouterState } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { messages } from '../messages.js'
import { ACCESS, type Access, type Offer } from './access.js'
import { type Scope, useSession } from './session.js'

/** What the shown page needs and offers; null for addresses without a page. */
const useAccess = (): Access | null => {
  const path = useRouterState({ select: ({ matches }) => matches.at(-1)?.fullPath ?? '' })
  return ACCESS[path === '/' ? path : path.replace(/\/$/u, '')] ?? null
}

/** The page, or what is missing to see it. */
export const AccessGate = ({ children }: { readonly children: ReactNode }) => {
  const session = useSession()
  const access = useAccess()
  const scope = access === null ? null : session.lacks(access.needs)
  if (scope === null) return children
  const t = messages.access
  return (
    <div className="stack">
      <header className="page-head">
        <h1 tabIndex={-1}>{t.denied}</h1>
      </header>
      <p>{t.deniedHint(scope, session.actor.name, session.scopes.join(', '))}</p>
      <HowToGet scope={scope} />
      <div className="row wrap">
        <Link to="/" className="button">
          {messages.nav.overview}
        </Link>
        <button type="button" className="button" onClick={() => void session.signOut()}>
          {t.otherKey}
        </button>
      </div>
    </div>
  )
}

/** What the page offers and the key does not allow; nothing where it allows all. */
export const AccessNote = () => {
  const session = useSession()
  const access = useAccess()
  const missing = (access?.offers ?? []).map((offer) => [offer, session.lacks(offer)] as const).filter(([, scope]) => scope !== null)
  const t = messages.access
  if (missing.length === 0) return null
  const scopes = [...new Set(missing.map(([, scope]) => scope))].filter((scope) => scope !== null)
  const isAll = missing.length === access?.offers.length
  return (
    <details className="more access">
      <summary>{isAll ? t.readOnly(scopes.join(', ')) : t.partly(scopes.join(', '))}</summary>
      <div className="stack tight">
        {scopes.map((scope) => (
          <p key={scope}>{t.missing(scope, namesOf(missing.filter(([, needed]) => needed === scope).map(([offer]) => offer)))}</p>
        ))}
        <p>{t.yours(session.actor.name, session.scopes.join(', '))}</p>
        {scopes.map((scope) => (
          <HowToGet key={scope} scope={scope} />
        ))}
      </div>
    </details>
  )
}

const namesOf = (offers: readonly Offer[]): string => [...new Set(offers.map((offer) => messages.access.operations[offer]))].join(', ')

const HowToGet = ({ scope }: { readonly scope: Scope }) => (
  <p className="muted">
    {messages.access.how} <code>inlet keys create --name &lt;name&gt; --scopes {scope}</code>.
  </p>
)
