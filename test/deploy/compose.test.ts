/** The compose file against the program, the image and the proxy. No engine reads it here: docs/deployment.md. */
import { readFile, stat } from 'node:fs/promises';

import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

import { parseConfig } from '../../src/config.js';
import { SETTINGS } from '../../src/config-settings.js';
import { ROOT } from '../support/markdown.js';
import { pairsOf, readDockerfile } from './support/dockerfile.js';
import { at, type Part } from './support/manifests.js';
import { stopTimeoutMs } from './support/program-facts.js';

const FOLDER = new URL('deploy/compose/', ROOT);

let compose: Part;
let proxy: string;
let node: Part;

beforeAll(async () => {
  compose = parse(await readFile(new URL('compose.yaml', FOLDER), 'utf8'), { merge: true }) as Part;
  proxy = await readFile(new URL('haproxy.cfg', FOLDER), 'utf8');
  node = at(compose, 'services.node-1') as Part;
});

const secondsOf = (text: unknown) => Number(/^(\d+)s$/.exec(String(text))?.[1]);
const numberIn = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1]);

describe('the compose file', () => {
  it('has two nodes alike', () => {
    expect(at(compose, 'services.node-2')).toEqual(node);
    expect(Object.keys(at(compose, 'services') as Part)).toEqual(['postgres', 'node-1', 'node-2', 'proxy']);
  });

  it('gives them only settings that there are, and that the parser takes', () => {
    const environment = node['environment'] as Record<string, string>;
    expect(Object.keys(environment).filter((name) => !(name in SETTINGS))).toEqual([]);
    const config = parseConfig(filledIn(environment));
    expect([config.upstream.kind, config.graphiql, config.trustProxy]).toEqual(['simulated', true, 1]);
  });

  it('has no password of its own: it asks for one', () => {
    const password = at(compose, 'services.postgres.environment.POSTGRES_PASSWORD');
    expect(password).toMatch(/^\$\{POSTGRES_PASSWORD:\?.+\}$/);
    const environment = node['environment'] as Record<string, string>;
    for (const name of ['TOKEN_ENCRYPTION_KEY', 'GENESYS_CLIENT_SECRET'])
      expect(environment[name]).toBe(`\${${name}:-}`);
  });

  it('lets them share what the simulated upstream keeps, where the image lets them write', async () => {
    const last = (await readDockerfile()).at(-1);
    const env = Object.fromEntries(
      (last?.steps ?? []).filter(({ keyword }) => keyword === 'ENV').flatMap(({ text }) => pairsOf(text)),
    );
    expect(node['volumes']).toEqual([`simulated-upstream:${env['DATA_DIR']}`]);
  });

  it('runs them without rights, on a file system that can not be written to', () => {
    expect(node).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it('gives them time to stop, and the proxy time to notice', async () => {
    expect(secondsOf(node['stop_grace_period']) * 1000).toBeGreaterThan(await stopTimeoutMs());
    const noticedMs = 1000 * numberIn(proxy, /inter (\d+)s/) * numberIn(proxy, /fall (\d+)/);
    const { drainMs } = parseConfig(filledIn(node['environment'] as Record<string, string>));
    expect(drainMs).toBeGreaterThan(noticedMs);
  });

  it('starts each when what it needs is healthy', () => {
    expect(node['depends_on']).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(at(compose, 'services.proxy.depends_on')).toEqual({
      'node-1': { condition: 'service_healthy' },
      'node-2': { condition: 'service_healthy' },
    });
  });

  it('names what there is: volumes, networks, files, the build context', async () => {
    for (const service of Object.values(at(compose, 'services') as Record<string, Part>)) {
      for (const network of service['networks'] as string[])
        expect(compose['networks']).toHaveProperty(network);
      for (const volume of (service['volumes'] as string[] | undefined) ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.')) await stat(new URL(source, FOLDER));
        else expect(compose['volumes']).toHaveProperty(source);
      }
    }
    await stat(new URL(`${String(at(node, 'build.context'))}/Dockerfile`, FOLDER));
  });

  it('gives the proxy what its configuration asks for', () => {
    const asked = new Set([...proxy.matchAll(/"\$\{(\w+)\}"/g)].map(([, name]) => name));
    const environment = at(compose, 'services.proxy.environment') as Record<string, string>;
    expect(new Set(Object.keys(environment))).toEqual(asked);
    const port = parseConfig({}).port;
    expect([environment['NODE_1'], environment['NODE_2']]).toEqual([`node-1:${port}`, `node-2:${port}`]);
  });
});

/** As compose does with what nobody has set but the password. */
function filledIn(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replaceAll(
        /\$\{(\w+)(?::-([^}]*))?\}/g,
        (_whole, _name, otherwise?: string) => otherwise ?? 'secret',
      ),
    ]),
  );
}
