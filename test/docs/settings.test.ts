/** The explanations of the settings and the parser can not part. */
import { readFile } from 'node:fs/promises';

import { expect, it } from '@jest/globals';

import { environment, type EnvironmentVariable, parseConfig } from '../../src/config.js';
import { SETTING_GROUPS, SETTINGS } from '../../src/config-settings.js';
import { defaultOf, ruleOf } from '../../src/tools/reference/settings.js';
import { ROOT } from '../support/markdown.js';

const names = Object.keys(environment.shape) as EnvironmentVariable[];

it('each variable that the parser reads is explained, in one group', () => {
  expect(Object.keys(SETTINGS).toSorted()).toEqual(names.toSorted());
  expect(SETTING_GROUPS.flatMap((group) => group.names).toSorted()).toEqual(names.toSorted());
});

it('.env.example sets what is the default anyway', async () => {
  const text = await readFile(new URL('.env.example', ROOT), 'utf8');
  const variables = Object.fromEntries(
    [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  expect(Object.keys(variables).toSorted()).toEqual(names.toSorted());
  expect(parseConfig(variables)).toEqual(parseConfig({}));
});

it.each(names)('what the pages say of %s is what the parser does', (name) => {
  const preset = defaultOf(name);
  if (preset !== null) expect(environment.shape[name].safeParse(preset).success).toBe(true);
  const rule = ruleOf(name);
  if (rule !== null) expect(environment.shape[name].safeParse('\0').success).toBe(false);
});
