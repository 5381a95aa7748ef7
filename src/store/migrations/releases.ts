/**
 * Which migrations came with which release. Each release with migrations makes a generation of the schema. A node runs on
 * its own generation and on the next one, so that it can be restarted in the middle of a rolling update: what a migration
 * changes must leave everything in place that the release before it uses.
 */
export interface Release {
  readonly version: string;
  /** The name of the last one that it brought. */
  readonly lastMigration: string;
}

/** Only releases that brought migrations, oldest first; those behind the last one belong to the release in the making. */
export const RELEASES: readonly [Release, ...Release[]] = [
  { version: '0.1.0', lastMigration: '005-upstream-troubles' },
];

/** Counts from 1. Names are compared as they are sorted: by their numbers. */
export function generationOf(migration: string, releases: readonly Release[] = RELEASES): number {
  const index = releases.findIndex(({ lastMigration }) => migration <= lastMigration);
  return (index === -1 ? releases.length : index) + 1;
}
