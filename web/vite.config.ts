import { type Plugin, defineConfig } from 'vite';

/** The page is served below /graphiql/ and asks no other origin for anything. */
export default defineConfig({
  base: '/graphiql/',
  plugins: [preloadEditor()],
  build: {
    outDir: '../dist/page',
    target: 'es2022',
    reportCompressedSize: false,
    // Monaco, the editor, is about 3 MB whatever is done: the warning would never go away.
    chunkSizeWarningLimit: 5_000,
  },
});

/**
 * GraphiQL imports Monaco only after its first render. Without a hint the browser would fetch and compile
 * the largest chunks last, one after the other.
 */
function preloadEditor(): Plugin {
  return {
    name: 'preload-editor',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {} }) =>
        Object.values(bundle)
          .filter(
            (file) =>
              file.type === 'chunk' &&
              file.moduleIds.some((id) => id.includes('/monaco-editor/esm/vs/editor/')),
          )
          .map(({ fileName }) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `/graphiql/${fileName}` },
          })),
    },
  };
}
