import { defineConfig } from 'vite'

/** `npm run build` bundles the console; `npx vite apps/console` serves it while it is changed, in front of an API on its usual port. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // What several pages share is one file: a page of a dozen small ones would wait for its turn a dozen times.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'parts', test: /console\/src\/(?:ui|form|api|pages)\//u, minShareCount: 3 }] } } },
  },
  server: { proxy: { '/v1': 'http://127.0.0.1:3210', '/docs': 'http://127.0.0.1:3210', '/openapi.json': 'http://127.0.0.1:3210' } },
})
