/** The contract in the making against that of the last release. */
import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

import { newsOf } from './changelog.js';
import { isAtLeast, type Step, stepBetween } from './version.js';

export interface Contracts {
  /** `schema/released.graphql`: what the last release has promised, its version in the first line. */
  readonly released: string;
  /** `schema/schema.graphql`. */
  readonly current: string;
  /** Of `package.json`: that of the last release, or the one that is being made. */
  readonly version: string;
  /** `CHANGELOG.md`. */
  readonly changelog: string;
}

export interface Compatibility {
  /** The least step of the version that the changes need. */
  readonly needed: Step;
  /** Sentences for whoever made the change; none: all is well. */
  readonly problems: readonly string[];
}

export async function compareContracts(contracts: Contracts): Promise<Compatibility> {
  const from = releasedVersion(contracts.released);
  const changes = await diff(buildSchema(contracts.released), buildSchema(contracts.current));
  const step = stepBetween(from, contracts.version);
  const news = newsOf(contracts.changelog, contracts.version, from);
  const problems = changes.flatMap((change) => problemsOf(change, step, news, from));
  return { needed: neededFor(changes), problems };
}

/** Throws when the first line does not tell. */
export function releasedVersion(released: string): string {
  const match = /^# The contract of version (\S+),/.exec(released);
  if (!match?.[1]) throw new Error('The first line of schema/released.graphql does not tell its version.');
  return match[1];
}

function neededFor(changes: readonly Change[]): Step {
  const levels = new Set(changes.map(({ criticality }) => criticality.level));
  if (levels.has(CriticalityLevel.Breaking)) return 'major';
  if (levels.has(CriticalityLevel.Dangerous)) return 'minor';
  return changes.some(({ type }) => type.endsWith('_ADDED')) ? 'minor' : 'patch';
}

function problemsOf(change: Change, step: Step, news: string, from: string): string[] {
  const { criticality, message, path = '' } = change;
  const what = `${message}${criticality.reason ? ` (${criticality.reason.trim()})` : ''}`;
  const unlisted = news.includes(`\`${path}\``) ? [] : [`CHANGELOG.md does not name \`${path}\`. ${what}`];
  switch (criticality.level) {
    case CriticalityLevel.NonBreaking:
      return [];
    case CriticalityLevel.Dangerous:
      return unlisted;
    case CriticalityLevel.Breaking:
      if (isAtLeast(step, 'major')) return unlisted;
      return [`Breaks clients of ${from}, and the version in package.json does not say so. ${what}`];
  }
}
