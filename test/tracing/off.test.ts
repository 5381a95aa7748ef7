import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { openTracing } from '../../src/composition/tracing.js';
import { parseConfig } from '../../src/config.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createTestDatabase } from '../support/database.js';
import { NodeProcesses } from '../support/node-process.js';
import { startedId } from '../support/starts.js';

/**
 * Says the name of each module of OpenTelemetry that is loaded, whether it is imported or required. Its API does not count:
 * the library of the metrics loads it for a use of its own, and without an SDK it does nothing.
 */
const SPY = `
  import { registerHooks } from 'node:module';
  registerHooks({
    load(url, context, next) {
      if (/@opentelemetry\\/(?!api\\/)|src\\/tracing\\//.test(url)) process.stderr.write('loaded ' + url + '\\n');
      return next(url, context);
    },
  });`;
const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(SPY)}`;

const processes = new NodeProcesses();
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let dataDir: string;
beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'usage-graphql-tracing-'));
});
afterAll(async () => {
  await processes.killAll();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Two whole programs at the same time, on a machine that others keep busy. */
const TWO_STARTS_MS = 90_000;
/** Nobody listens there: an address that takes no spans must not matter either. */
const REFUSED = 'http://127.0.0.1:9';

/** What a whole process has loaded that has started an execution and has stopped in order. */
async function loadedBy(env: Readonly<Record<string, string>>): Promise<string[]> {
  const main = await processes.start({ NODE_OPTIONS, DATABASE_URL: database.url, DATA_DIR: dataDir, ...env });
  await startedId(main.url, 'SIMPLE_SEARCH');
  expect(await main.killed('SIGTERM')).toMatchObject({ code: 0 });
  return main.stderr.filter((line) => line.startsWith('loaded '));
}

describe('without somewhere to send traces', () => {
  it(
    'nothing of the SDK of OpenTelemetry is loaded; with it, it is',
    async () => {
      const [off, on] = await Promise.all([loadedBy({}), loadedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: REFUSED })]);
      expect(off).toEqual([]);
      expect(on).toEqual(expect.arrayContaining([expect.stringMatching(/sdk-trace-node/)]));
    },
    TWO_STARTS_MS,
  );

  it('every port is given back as it is', async () => {
    const tracing = await openTracing(parseConfig({ OTEL_SERVICE_NAME: 'x' }), silentLogger, () => {});
    expect(tracing.operations).toBeNull();
    for (const wrap of Object.values(tracing)) {
      const port = {};
      if (typeof wrap === 'function') expect((wrap as (port: object) => object)(port)).toBe(port);
    }
  });
});

describe('a log line', () => {
  it('bears what is added to it, for as long as it is', async () => {
    const module = (path: string) => new URL(`../../src/${path}`, import.meta.url).href;
    const program = `
      import { createPinoLogger } from '${module('logger.js')}';
      import { addLogFields } from '${module('lib/log-context.js')}';
      const log = createPinoLogger('info', false);
      const remove = addLogFields(() => ({ trace_id: 'abc' }));
      log.info({}, 'first');
      remove();
      log.info({}, 'second');`;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([{ msg: 'first', trace_id: 'abc' }, { msg: 'second' }]);
    expect(lines[1]).not.toHaveProperty('trace_id');
  });
});
