/** Fails when the version in package.json can not be released as it is, and says why. See docs/releasing.md. */
import { readContracts, readVersion, report, ROOT } from './project.js';
import { MIGRATION_NAMES, RELEASES, unreadiness } from './readiness.js';

const contracts = await readContracts(ROOT);
const paths = ['package-lock.json', 'client/package.json'];
const versions = await Promise.all(paths.map(async (path) => [path, await readVersion(ROOT, path)] as const));
const problems = await unreadiness({
  ...contracts,
  versions: Object.fromEntries(versions),
  migrations: MIGRATION_NAMES,
  releases: RELEASES,
});
report(problems);
if (problems.length === 0) console.log(`Version ${contracts.version} is ready to be released.`);
