import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { LanguageProvider } from './i18n/language.tsx'
import { LiveProvider } from './live/live.tsx'
import { createAppRouter } from './router.tsx'

const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: true, staleTime: 2_000 } },
})
const router = createAppRouter(queries)
const root = document.getElementById('root')

if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <LanguageProvider>
          <LiveProvider>
            <RouterProvider router={router} />
          </LiveProvider>
        </LanguageProvider>
      </QueryClientProvider>
    </StrictMode>,
  )
}
