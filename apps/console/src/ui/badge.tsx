import type { ReactNode } from 'react'

/** A state: its shape and text show it as well as its color. */
export const Badge = ({ tone, children }: { readonly tone: string; readonly children: ReactNode }) => (
  <span className="state" data-tone={tone}>
    {children}
  </span>
)
