import { type ReactNode, useEffect } from 'react'
import { messages } from '../messages.js'

interface PageProps {
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A page with its title, in the window as well. */
export const Page = ({ title, actions, children }: PageProps) => {
  useEffect(() => {
    document.title = `${title} · ${messages.app}`
  }, [title])
  return (
    <>
      <header className="page-head">
        <h1 tabIndex={-1}>{title}</h1>
        {actions !== undefined && <div className="row wrap actions">{actions}</div>}
      </header>
      {children}
    </>
  )
}
