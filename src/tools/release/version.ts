/** Versions as this project has them, and how far one is above another. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** From nothing to a break with what was. */
export const STEPS = ['none', 'patch', 'minor', 'major'] as const;
export type Step = (typeof STEPS)[number];

/** Throws for anything but three numbers. */
export function parseVersion(text: string): Version {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (!match) throw new Error(`"${text}" is no version like 1.2.3.`);
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number);
  return { major, minor, patch };
}

/**
 * What a reader of the versions has to expect. Before 1.0.0 the second number stands for breaks and additions alike, as
 * Semantic Versioning leaves it to do. Throws when `to` is the older one.
 */
export function stepBetween(from: string, to: string): Step {
  const [was, is] = [parseVersion(from), parseVersion(to)];
  if (is.major !== was.major) return rising(was.major, is.major, 'major', from, to);
  if (is.minor !== was.minor)
    return rising(was.minor, is.minor, is.major === 0 ? 'major' : 'minor', from, to);
  return is.patch === was.patch ? 'none' : rising(was.patch, is.patch, 'patch', from, to);
}

export function isAtLeast(step: Step, least: Step): boolean {
  return STEPS.indexOf(step) >= STEPS.indexOf(least);
}

function rising(was: number, is: number, step: Step, from: string, to: string): Step {
  if (is < was) throw new Error(`Version ${to} is older than the last release, ${from}.`);
  return step;
}
