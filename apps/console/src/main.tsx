import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiError } from './api/api-error.js'
import { sourceLinesQuery } from './pages/sources/source-lines-query.js'
import { applyTheme } from './preferences/preferences.js'
import { router } from './router.js'
import { mayListSources, SessionGate } from './session/session.js'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'

applyTheme()

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // What the API refuses it refuses again; what did not reach it may next time.
      retry: (count, error) => count < 3 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      retryDelay: (attempt) => Math.min(4_000, 500 * 2 ** attempt),
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})

// While the API says who is signed in, the page is loaded, and the list that takes longest is asked for.
void router.preloadRoute({ to: location.pathname } as never).catch(() => undefined)
if (mayListSources() && ['/', '/sources'].includes(location.pathname)) void queries.prefetchQuery(sourceLinesQuery)

const root = document.getElementById('root')
if (root === null) throw new Error('the page has no place for the console')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <SessionGate>
        <RouterProvider router={router} />
      </SessionGate>
    </QueryClientProvider>
  </StrictMode>,
)
