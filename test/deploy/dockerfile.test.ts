/** What an engine would say no to, or should have; `npm run rehearse:image` does what the file says. */
import { stat } from 'node:fs/promises';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { parseConfig } from '../../src/config.js';
import { SETTINGS } from '../../src/config-settings.js';
import { ROOT } from '../support/markdown.js';
import {
  type Ignores,
  pairsOf,
  parseDockerfile,
  parseDockerignore,
  readDockerfile,
  readDockerignore,
  type Stage,
  type Step,
} from './support/dockerfile.js';
import { healthPaths, nodeVersion } from './support/program-facts.js';

let stages: Stage[];
let ignores: Ignores;
let steps: readonly Step[];
let last: Stage;

beforeAll(async () => {
  stages = await readDockerfile();
  ignores = await readDockerignore();
  steps = stages.flatMap((stage) => stage.steps);
  last = stages.at(-1) ?? { name: '', from: '', steps: [] };
});

const of = (stage: Stage, keyword: string) => stage.steps.filter((step) => step.keyword === keyword);
const sourcesOf = ({ text }: Step) => text.split(/\s+/).slice(0, -1);
const environmentOf = (stage: Stage) =>
  Object.fromEntries(of(stage, 'ENV').flatMap(({ text }) => pairsOf(text)));

describe('the Dockerfile', () => {
  it('copies only what is there and what .dockerignore lets through', async () => {
    const own = steps.filter(({ keyword, flags }) => keyword === 'COPY' && !flags.has('from'));
    const sources = own.flatMap(sourcesOf);
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.filter((path) => ignores(path))).toEqual([]);
    await Promise.all(sources.map((path) => stat(new URL(path, ROOT))));
  });

  it('copies from stages that stand before', () => {
    const known = new Set<string>();
    for (const stage of stages) {
      const from = stage.steps.flatMap(({ flags }) => flags.get('from') ?? []);
      expect(from.filter((name) => !known.has(name))).toEqual([]);
      known.add(stage.name);
    }
  });

  it('stands on one slim image, of the very Node that the tests run on', async () => {
    const names = new Set(stages.map(({ name }) => name));
    const images = stages.map(({ from }) => from).filter((from) => !names.has(from));
    expect(images).toEqual([`node:${await nodeVersion()}-bookworm-slim`]);
  });

  it('installs from the lock file, before it sees the sources', () => {
    const installs = steps.filter(({ keyword, text }) => keyword === 'RUN' && /\bnpm\b/.test(text));
    expect(installs.map(({ text }) => text.startsWith('npm ci '))).toEqual([true, true]);
    for (const stage of stages.filter((one) =>
      of(one, 'RUN').some(({ text }) => text.startsWith('npm ci')),
    )) {
      const at = stage.steps.findIndex(({ text }) => text.startsWith('npm ci'));
      const before = stage.steps
        .slice(0, at)
        .filter(({ keyword }) => keyword === 'COPY')
        .flatMap(sourcesOf);
      expect(before).toEqual(['package.json', 'package-lock.json', '.npmrc']);
    }
  });

  it('takes packages for production alone into the image', () => {
    const packages = of(last, 'COPY').find(({ text }) => text.includes('node_modules'));
    const stage = stages.find(({ name }) => name === packages?.flags.get('from'));
    const [install] = stage ? of(stage, 'RUN') : [];
    expect(install?.text).toMatch(/--omit=dev --omit=optional/);
  });

  it('adds nothing by ADD, which fetches and unpacks', () => {
    expect(steps.filter(({ keyword }) => keyword === 'ADD')).toEqual([]);
  });

  it('ends as a user with a number, who owns no part of the program', () => {
    expect(of(last, 'USER').map(({ text }) => text)).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
    const owned = of(last, 'COPY').filter(({ flags }) => flags.has('chown'));
    expect(owned.map(({ text }) => text)).toEqual(['/app/own /var/lib/usage']);
    expect(environmentOf(last)['DATA_DIR']).toBe('/var/lib/usage/data');
  });

  it('starts the program and its health check without a shell, so that signals arrive', () => {
    expect(of(last, 'ENTRYPOINT').map(({ exec }) => exec)).toEqual([['node', 'dist/src/main.js']]);
    expect(of(last, 'CMD')).toEqual([]);
    expect(of(last, 'HEALTHCHECK').map(({ exec }) => exec?.[0])).toEqual(['node']);
  });

  it('asks for a health path that there is', async () => {
    const asked = of(last, 'HEALTHCHECK').flatMap(({ text }) => text.match(/\/health\/\w+/g) ?? []);
    expect(asked).toHaveLength(1);
    expect(await healthPaths()).toEqual(expect.arrayContaining(asked));
  });

  it('sets what the program knows, and exposes the port that it sets', () => {
    const env = environmentOf(last);
    expect(Object.keys(env).filter((name) => !(name in SETTINGS))).toEqual([]);
    expect(parseConfig(env).port).toBe(Number(of(last, 'EXPOSE')[0]?.text));
    expect(parseConfig(env).graphiql).toBe(false);
  });

  it('has no variable for a secret, which would stay in a layer', () => {
    const named = steps
      .filter(({ keyword }) => keyword === 'ARG' || keyword === 'ENV')
      .filter(({ text }) => /SECRET|PASSWORD|TOKEN|KEY|DATABASE_URL/.test(text));
    expect(named).toEqual([]);
  });
});

describe('.dockerignore', () => {
  it.each([
    '.git',
    '.env',
    'src/.env',
    'web/.env.local',
    'node_modules',
    'web/node_modules/a',
    'dist/src',
    'new.pem',
  ])('keeps %s out', (path) => {
    expect(ignores(path)).toBe(true);
  });

  it('is read as an engine does: the last rule that fits counts', () => {
    const rules = parseDockerignore('*\n!src\n**/*.log\n');
    expect(['a', 'src/a.ts', 'src/a.log', 'src'].map(rules)).toEqual([true, false, true, false]);
  });
});

it('a Dockerfile is read with its continued lines and its flags', () => {
  const [stage] = parseDockerfile('ARG V=1\nFROM node:${V} AS one\nRUN --mount=type=cache a && \\\n  b\n');
  expect(stage).toMatchObject({
    name: 'one',
    from: 'node:1',
    steps: [{ keyword: 'RUN', text: 'a && b', line: 3, exec: null }],
  });
  expect(stage?.steps[0]?.flags.get('mount')).toBe('type=cache');
});
