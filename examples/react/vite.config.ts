import { defineConfig } from 'vite';

/**
 * The page asks its own origin, and Vite hands that on, WebSockets included: nothing has to be allowed at the service. In
 * production put both behind one address in the same way, or list the page's origin in the service's ALLOWED_ORIGINS.
 */
const proxy = {
  '/graphql': { target: process.env['USAGE_SERVER'] ?? 'http://127.0.0.1:4000', ws: true },
};

export default defineConfig({
  server: { proxy },
  preview: { proxy },
  build: { outDir: '../../dist/examples/react', emptyOutDir: true, target: 'es2022' },
});
