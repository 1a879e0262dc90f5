import { useNavigate, useRouterState } from '@tanstack/react-router'
import { useCallback } from 'react'

export type Search = Readonly<Record<string, string | undefined>>

/** What the address says after `?`, and a change of parts of it (null takes a part away); typing makes no steps to go back through. */
export const useSearch = (): readonly [Search, (change: Readonly<Record<string, string | null>>) => void] => {
  const search = useRouterState({ select: ({ location }) => location.search }) as Search
  const navigate = useNavigate()
  const change = useCallback(
    (parts: Readonly<Record<string, string | null>>) => {
      void navigate({
        to: '.',
        search: (before: Record<string, unknown>) =>
          Object.fromEntries(Object.entries({ ...before, ...parts }).filter(([, value]) => value !== null && value !== '')),
        replace: true,
        resetScroll: false,
      } as never)
    },
    [navigate],
  )
  return [search, change]
}
