import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, expect, it } from '@jest/globals';

const TOOL = fileURLToPath(new URL('../../src/tools/audit-dependencies.js', import.meta.url));
const ADVISORY = {
  id: 1,
  url: 'https://advisories.example/1',
  title: 'Answers to strangers',
  severity: 'high',
  vulnerable_versions: '*',
};

let registry: Server | undefined;
afterEach(() => {
  registry?.close();
});

/** Npm asks for the versions of a package, and of those that need it, before it says which an advisory means. */
function versionsOf(path: string) {
  const name = decodeURIComponent(path.slice(1));
  const version = '5.0.0';
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { name, version } } };
}

/** A registry that answers every question about advisories alike. */
async function startRegistry(status: number, body: unknown): Promise<string> {
  registry = createServer((request, response) => {
    request.resume().on('end', () => {
      const [code, answer] = request.method === 'GET' ? [200, versionsOf(request.url ?? '')] : [status, body];
      response.writeHead(code, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => registry?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
}

async function run(url: string): Promise<{ readonly code: number; readonly printed: string }> {
  const cache = await mkdtemp(join(tmpdir(), 'usage-graphql-npm-'));
  const env = { ...process.env, npm_config_registry: url, npm_config_cache: cache };
  const result = await new Promise<{ code: number; printed: string }>((resolve) => {
    execFile(process.execPath, [TOOL], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), printed: stdout + stderr }),
    );
  });
  await rm(cache, { recursive: true, force: true });
  return result;
}

it('fails, and says why, when the registry knows of a grave weakness', async () => {
  const { code, printed } = await run(await startRegistry(200, { fastify: [ADVISORY] }));

  expect(printed).toMatch(/fastify .*high: Answers to strangers \(https:\/\/advisories\.example\/1\)/);
  expect(code).toBe(1);
});

it('passes when the registry knows of none, or of a small one', async () => {
  const { code, printed } = await run(
    await startRegistry(200, { fastify: [{ ...ADVISORY, severity: 'low' }] }),
  );

  expect(printed).toMatch(/no grave weakness/);
  expect(code).toBe(0);
});

it.each([
  ['serves no advisories', () => startRegistry(405, {})],
  ['answers with something else', () => startRegistry(200, 'hello')],
  ['can not be reached', async () => 'http://127.0.0.1:9'],
])('passes, and says that nothing is known, when the registry %s', async (_name, start) => {
  const { code, printed } = await run(await start());

  expect(printed).toMatch(/^Not audited, since the registry does not tell: \S/m);
  expect(code).toBe(0);
});
