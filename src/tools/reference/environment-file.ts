/** `.env.example`: every setting, with its default and what it means, to be copied and filled in. */
import { SETTING_GROUPS, SETTINGS } from '../../config-settings.js';
import type { EnvironmentVariable } from '../../config.js';
import { defaultOf, ruleOf } from './settings.js';

const WIDTH = 118;
const HEAD = `# Every setting, with its default; written by \`npm run docs\` from src/config.ts. Set them in the environment; nothing
# reads this file by itself (\`node --env-file=.env dist/src/main.js\` does). A variable that is set to nothing counts as not set.
`;

export function environmentFile(): string {
  const groups = SETTING_GROUPS.map(({ title, about, names }) =>
    [`# --- ${title}${about ? `. ${about}` : ''}`, ...names.flatMap(linesOf)].join('\n'),
  );
  return `${[HEAD, ...groups]
    .join('\n')
    .replace(/\n# ---/g, '\n\n# ---')
    .replace('\n\n\n', '\n\n')}\n`;
}

function linesOf(name: EnvironmentVariable): string[] {
  const { meaning, unit, needs, otherwise } = SETTINGS[name];
  const preset = defaultOf(name);
  const rule = ruleOf(name);
  const facts = [
    meaning,
    ...(unit ? [`Unit: ${unit}.`] : []),
    ...(rule ? [`Allowed: ${rule}.`] : []),
    // Set, even to its default, it would be refused without what it needs.
    ...(needs ? [`Only with ${needs}.${preset === null ? '' : ` Left out: ${preset}.`}`] : []),
    ...(otherwise ? [`Left out: ${otherwise}`] : []),
  ];
  return [...wrapped(facts.join(' ').replaceAll('`', '')), `${name}=${needs ? '' : (preset ?? '')}`];
}

function wrapped(text: string): string[] {
  const lines = ['#'];
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`;
    if (line.length <= WIDTH) lines[lines.length - 1] = line;
    else lines.push(`# ${word}`);
  }
  return lines;
}
