/** CHANGELOG.md by its sections. */

export const UNRELEASED = 'Unreleased';

export interface Section {
  /** `Unreleased` or a version. */
  readonly name: string;
  /** `2026-11-22`; null when there is none. */
  readonly date: string | null;
  readonly text: string;
}

export function sectionsOf(changelog: string): readonly Section[] {
  return changelog
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      const [name = '', date = null] = heading.trim().split(' - ');
      return { name, date, text: lines.join('\n').trim() };
    });
}

/** What was written down since the last release: under its coming version, and under none yet. */
export function newsOf(changelog: string, version: string, released: string): string {
  const own = version === released ? [UNRELEASED] : [UNRELEASED, version];
  return sectionsOf(changelog)
    .filter(({ name }) => own.includes(name))
    .map(({ text }) => text)
    .join('\n');
}
