import { type ReactNode, useEffect } from 'react'
import { messages } from '../messages.js'
import { AccessNote } from '../session/access-note.js'
import { CopyMenu, type CopyTarget } from './copy-menu.js'

interface PageProps {
  readonly title: string
  readonly actions?: ReactNode
  /** The request behind the page. */
  readonly copy?: CopyTarget
  readonly children: ReactNode
}

/** A page with its title, in the window as well. */
export const Page = ({ title, actions, copy, children }: PageProps) => {
  useEffect(() => {
    document.title = `${title} · ${messages.app}`
  }, [title])
  return (
    <>
      <header className="page-head">
        <h1 tabIndex={-1}>{title}</h1>
        {(actions !== undefined || copy !== undefined) && (
          <div className="row wrap actions">
            {copy !== undefined && <CopyMenu target={copy} />}
            {actions}
          </div>
        )}
      </header>
      <AccessNote />
      {children}
    </>
  )
}
