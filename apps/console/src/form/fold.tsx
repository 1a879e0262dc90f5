import { type ReactNode, useLayoutEffect, useRef } from 'react'

interface FoldProps {
  readonly summary: string
  /** Something inside must be seen: it opens, and stays open when that has passed. */
  readonly isOpen: boolean
  readonly children: ReactNode
}

/** What few readers need, folded away. */
export const Fold = ({ summary, isOpen, children }: FoldProps) => {
  const ref = useRef<HTMLDetailsElement>(null)
  useLayoutEffect(() => {
    if (isOpen && ref.current !== null) ref.current.open = true
  }, [isOpen])
  return (
    <details ref={ref} className="more">
      <summary>{summary}</summary>
      <div className="stack members">{children}</div>
    </details>
  )
}
