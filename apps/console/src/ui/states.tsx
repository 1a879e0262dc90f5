import type { ReactNode } from 'react'
import { messages } from '../messages.js'

const WIDTHS = [40, 72, 56, 64, 48]

/** Something is on its way; unlike an empty page it moves and says so. */
export const Loading = () => (
  <div className="stack" aria-busy="true" role="status">
    <span className="visually-hidden">{messages.common.loading}</span>
    {WIDTHS.map((width) => (
      <div key={width} className="skeleton" style={{ width: `${width}%` }} />
    ))}
  </div>
)

/** There is nothing, why, and what to do about it. */
export const Empty = ({ title, children }: { readonly title: string; readonly children?: ReactNode }) => (
  <div className="empty">
    <h2>{title}</h2>
    {children}
  </div>
)
