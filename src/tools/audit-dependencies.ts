/**
 * Fails when the registry knows of a grave weakness in a version that package-lock.json pins. Whether it does can not
 * always be found out (no network, a mirror that serves no advisories): that says nothing about the code, so it is
 * printed, and passes.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const GRAVE = ['high', 'critical'] as const;
/** Only what is shipped; from the lock file, whatever is installed; not for minutes where nothing answers. */
const ARGUMENTS = [
  'audit',
  '--json',
  '--omit=dev',
  '--audit-level=high',
  '--package-lock-only',
  '--fetch-retries=1',
];

const report = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({ severity: z.string(), range: z.string(), via: z.array(z.unknown()) }),
  ),
});
const refusal = z.union([
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ error: z.object({ summary: z.string() }) }).transform(({ error }) => error.summary),
]);
const advisory = z.object({ title: z.string(), url: z.string() });

type Weakness = z.infer<typeof report>['vulnerabilities'][string];

/** What npm printed, whatever its exit code: it fails for a finding and for a registry that does not answer alike. */
function audit(): Promise<string> {
  return new Promise((resolve) => {
    const shell = process.platform === 'win32';
    execFile('npm', ARGUMENTS, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024, shell }, (_error, printed) =>
      resolve(printed),
    );
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function describe([name, { severity, range, via }]: [string, Weakness]): string {
  const reasons = via.flatMap((entry) => advisory.safeParse(entry).data ?? []);
  const told = reasons.map(({ title, url }) => `${title} (${url})`).join('; ');
  return `  ${name} ${range}, ${severity}${told ? `: ${told}` : ''}`;
}

const answer = parse(await audit());
const told = report.safeParse(answer);
if (told.success) {
  const grave = Object.entries(told.data.vulnerabilities).filter(([, { severity }]) =>
    GRAVE.some((level) => level === severity),
  );
  if (grave.length > 0) {
    console.error(`Pinned versions with a known weakness:\n${grave.map(describe).join('\n')}`);
    process.exitCode = 1;
  } else console.log('The registry knows of no grave weakness in the pinned versions.');
} else {
  const why = refusal.safeParse(answer).data ?? 'npm gave no answer that can be read';
  console.log(`Not audited, since the registry does not tell: ${why}`);
}
