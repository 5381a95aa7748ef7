/** Before `npm pack`: takes the client's part of what the project's build has made. */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';

const built = new URL('../dist/client/src/', import.meta.url);
const target = new URL('dist/', import.meta.url);

const files = await readdir(built).catch(() => {
  throw new Error('The project has not been built: run "npm run build" in its root.');
});
await rm(target, { recursive: true, force: true });
await mkdir(target);
for (const file of files.filter((name) => /\.(js|d\.ts)$/.test(name))) {
  // The maps stay behind, since the sources do.
  const text = await readFile(new URL(file, built), 'utf8');
  await writeFile(new URL(file, target), text.replace(/^\/\/# sourceMappingURL=.*$/m, ''));
}
await cp(new URL('../LICENSE', import.meta.url), new URL('LICENSE', target));
