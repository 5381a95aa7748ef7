import { defineConfig } from 'vite';

/** The page is served below /graphiql/ and asks no other origin for anything. */
export default defineConfig({
  base: '/graphiql/',
  build: {
    outDir: '../dist/web',
    target: 'es2022',
    reportCompressedSize: false,
    // Monaco, the editor, is about 3 MB whatever is done: the warning would never go away.
    chunkSizeWarningLimit: 5_000,
  },
});
