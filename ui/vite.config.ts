import { fileURLToPath } from 'node:url'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compressAssets } from './compress-assets.ts'

// oxlint-disable-next-line import/no-default-export -- Vite reads the default export
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/ui/',
  plugins: [react(), tailwind(), compressAssets()],
  build: {
    outDir: '../dist/ui',
    emptyOutDir: true,
    // The polyfill would be an inline script in old browsers, which the policy forbids.
    modulePreload: { polyfill: false },
    // A data: font or image is one more thing to reason about under the policy.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // The libraries of the first paint change far less often than our own code.
          groups: [
            {
              name: 'libraries',
              test: /node_modules\/(?:react|react-dom|scheduler|@tanstack\/(?!react-virtual|virtual))/,
            },
          ],
        },
      },
    },
  },
})
