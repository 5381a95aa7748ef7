/** `docs/configuration.md`. */
import { SETTING_GROUPS, SETTINGS } from '../../config-settings.js';
import type { EnvironmentVariable } from '../../config.js';
import { defaultOf, ruleOf } from './settings.js';

const HEAD = `<!-- Written by \`npm run docs\` from src/config.ts and src/config-settings.ts. Do not edit. -->

# Configuration

The environment alone configures the service. It is read once, at the start; all problems are reported together, in words
that say what to write instead, and never with the value, which may be a secret. A variable that is set to nothing counts as
not set. [.env.example](../.env.example) has all of them, to be copied.
`;

export function configurationPage(): string {
  const groups = SETTING_GROUPS.map(
    ({ title, about, names }) =>
      `## ${title}\n\n${about ? `${linked(about)}\n\n` : ''}${names.map(entryOf).join('\n\n')}\n`,
  );
  return [HEAD, ...groups].join('\n');
}

function entryOf(name: EnvironmentVariable): string {
  const { meaning, unit, needs, otherwise } = SETTINGS[name];
  const preset = defaultOf(name);
  const rule = ruleOf(name);
  const facts = [
    ...(preset === null ? [] : [`- Default: \`${preset}\``]),
    ...(needs ? [`- Only with \`${needs}\``] : []),
    ...(otherwise ? [`- Left out: ${linked(otherwise)}`] : []),
    ...(unit ? [`- Unit: ${unit}`] : []),
    ...(rule ? [`- Allowed: ${rule}`] : []),
  ];
  return [`### \`${name}\``, linked(meaning), ...(facts.length > 0 ? [facts.join('\n')] : [])].join('\n\n');
}

/** Pages stand beside this one. */
function linked(text: string): string {
  return text.replaceAll(/docs\/([\w-]+\.md)(#[\w-]+)?/g, '[$1]($1$2)');
}
