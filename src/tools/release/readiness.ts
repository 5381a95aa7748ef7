/** What has to agree before a version is released. */
import { MIGRATIONS } from '../../store/migrations/index.js';
import { type Release, RELEASES } from '../../store/migrations/releases.js';
import { sectionsOf, UNRELEASED } from './changelog.js';
import { compareContracts, type Contracts, releasedVersion } from './compatibility.js';
import { isAtLeast, type Step, stepBetween } from './version.js';

export interface Candidate extends Contracts {
  /** Other places that bear the version, by their path. */
  readonly versions: Readonly<Record<string, string>>;
  readonly migrations: readonly string[];
  readonly releases: readonly Release[];
}

export const MIGRATION_NAMES: readonly string[] = Object.keys(MIGRATIONS).sort();
export { RELEASES };

/** Sentences for whoever makes the release; none: it is ready. */
export async function unreadiness(candidate: Candidate): Promise<string[]> {
  const { version, released } = candidate;
  if (stepBetween(releasedVersion(released), version) === 'none')
    return [`Version ${version} has been released: raise it in package.json.`];
  const { needed, problems } = await compareContracts(candidate);
  return [
    ...problems,
    ...versionProblems(candidate, needed),
    ...changelogProblems(candidate),
    ...migrationProblems(candidate),
  ];
}

function versionProblems({ version, released, versions, ...rest }: Candidate, bySchema: Step): string[] {
  const from = releasedVersion(released);
  const others = Object.entries(versions)
    .filter(([, other]) => other !== version)
    .map(([path, other]) => `${path} says version ${other}, package.json says ${version}.`);
  const step = stepBetween(from, version);
  const needed = bySchema === 'patch' && newMigrations(rest, version).length > 0 ? 'minor' : bySchema;
  const isEnough = isAtLeast(step, needed);
  return isEnough
    ? others
    : [...others, `From ${from} to ${version} is too small a step: it is a ${needed} one.`];
}

function changelogProblems({ changelog, version }: Candidate): string[] {
  const sections = sectionsOf(changelog);
  const own = sections.find(({ name }) => name === version);
  const left = sections.find(({ name }) => name === UNRELEASED);
  const problems: string[] = [];
  if (!own) problems.push(`CHANGELOG.md has no section "## ${version} - <date>".`);
  else if (!/^\d{4}-\d{2}-\d{2}$/.test(own.date ?? ''))
    problems.push(`The section ${version} of CHANGELOG.md has no date.`);
  else if (own.text === '') problems.push(`The section ${version} of CHANGELOG.md is empty.`);
  if (left && left.text !== '')
    problems.push(`CHANGELOG.md has something under "${UNRELEASED}": it goes under ${version}.`);
  return problems;
}

/** Those that the version brings: behind the last one of every other release. */
function newMigrations(
  { migrations, releases }: Pick<Candidate, 'migrations' | 'releases'>,
  version: string,
): string[] {
  const last = releases.findLast((release) => release.version !== version)?.lastMigration ?? '';
  return migrations.filter((name) => name > last);
}

function migrationProblems(candidate: Candidate): string[] {
  const { version, releases } = candidate;
  const last = newMigrations(candidate, version).at(-1);
  const listed = releases.find((release) => release.version === version)?.lastMigration;
  if (listed === last) return [];
  const entry = last === undefined ? 'has no place in' : `has to be in, with its last migration ${last},`;
  return [`Version ${version} ${entry} src/store/migrations/releases.ts.`];
}
