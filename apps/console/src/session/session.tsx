import type { EndpointId, SessionView } from '@inlet/contract'
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react'
import { ApiError } from '../api/api-error.js'
import { client } from '../api/client.js'
import { live } from '../api/use-live.js'
import { messages } from '../messages.js'
import { Dialog } from '../ui/dialog.js'
import { SignInForm, SignInPage } from './sign-in.js'

export interface Session {
  readonly actor: SessionView['actor']
  readonly scopes: SessionView['scopes']
  /** Whether an operation is allowed. */
  can(operation: EndpointId): boolean
  /** The scope without which an operation is not allowed; null where it is. */
  lacks(operation: EndpointId): Scope | null
  signOut(): Promise<void>
}

export type Scope = SessionView['scopes'][number]

const SessionContext = createContext<Session | null>(null)

export const useSession = (): Session => {
  const session = use(SessionContext)
  if (session === null) throw new Error('nobody is signed in')
  return session
}

type Known = { readonly state: 'checking' | 'out'; readonly notice?: string } | { readonly state: 'in'; readonly view: SessionView }

/** The token of a one-time link; it is taken out of the address at once, so that it is in no history. */
const takeLink = (): string | null => {
  const link = /^#link=([\w-]+)$/u.exec(location.hash)?.[1] ?? null
  if (link !== null) history.replaceState(null, '', location.pathname + location.search)
  return link
}

/** Says that this browser has signed in, and as somebody who may list sources: without it there is no session to ask for. */
const HINT = 'inlet.signedIn'
const MAY_LIST = 'sources'

/** Whether this browser is probably still signed in as somebody who may list sources, before the API has said so. */
export const mayListSources = (): boolean => localStorage.getItem(HINT) === MAY_LIST

const enter = async (): Promise<Known> => {
  const link = takeLink()
  if (link === null && localStorage.getItem(HINT) === null) return { state: 'out' }
  try {
    const view =
      link === null ? await client.callOnce<SessionView>('GET', '/v1/session') : await client.callOnce<SessionView>('POST', '/v1/sign-in', { link })
    return { state: 'in', view }
  } catch (error) {
    if (error instanceof ApiError && error.status === 0) return { state: 'out', notice: messages.problem.unreachable }
    return link === null ? { state: 'out' } : { state: 'out', notice: messages.signIn.linkUsed }
  }
}

let entering: Promise<Known> | null = null

/** Shows the console to who is signed in; an ended session is signed in again over the page, which stays as it is. */
export const SessionGate = ({ children }: { readonly children: ReactNode }) => {
  const [known, setKnown] = useState<Known>({ state: 'checking' })
  const [isExpired, setExpired] = useState(false)

  const accept = useCallback((next: Known): void => {
    if (next.state === 'in') {
      localStorage.setItem(HINT, next.view.may.includes('listSourceLines') ? MAY_LIST : '1')
      client.resume(next.view.csrfToken)
      live.start()
    }
    setKnown(next)
  }, [])

  useEffect(() => {
    entering ??= enter()
    void entering.then(accept)
    return client.onExpiry(setExpired)
  }, [accept])

  const view = known.state === 'in' ? known.view : null
  const session = useMemo<Session | null>(() => {
    if (view === null) return null
    const may = new Set(view.may)
    return {
      actor: view.actor,
      scopes: view.scopes,
      can: (operation) => may.has(operation),
      lacks: (operation) => view.needs[operation] ?? null,
      async signOut() {
        await client.callOnce('DELETE', '/v1/session').catch(() => undefined)
        live.stop()
        localStorage.removeItem(HINT)
        // A fresh page: nothing that was read stays in memory. Who signs in with another key sees what was asked for.
        location.reload()
      },
    }
  }, [view])

  if (known.state === 'checking') return <main aria-busy="true" aria-label={messages.common.loading} />
  if (session === null)
    return <SignInPage notice={known.state === 'out' ? known.notice : undefined} onSignedIn={(next) => accept({ state: 'in', view: next })} />
  return (
    <SessionContext value={session}>
      {children}
      {isExpired && (
        <Dialog title={messages.signIn.again} onClose={null}>
          <SignInForm hint={messages.signIn.againHint} onSignedIn={(next) => accept({ state: 'in', view: next })} />
        </Dialog>
      )}
    </SessionContext>
  )
}
