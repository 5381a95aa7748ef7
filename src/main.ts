#!/usr/bin/env node
/**
 * The server's entry: environment, signals, exit code; its only file that touches `process`. Everything else is imported after
 * the version of Node has been checked, so that an old one gets a sentence instead of a stack.
 */
import { fileURLToPath } from 'node:url';

const MINIMUM_NODE = 24;
/** Longer than any step that is waited for; what hangs past this is cut off. */
const STOP_TIMEOUT_MS = 14_000;
const SIMULATED = 'SIMULATED DATA: no Genesys setting is given, so a simulated upstream runs inside.';
const DEMO_TOKENS =
  'Tokens: demo-admin, demo-viewer, demo-none, demo-other-org. Set GENESYS_REGION to use Genesys Cloud.';

if (Number(process.versions.node.split('.')[0]) < MINIMUM_NODE) {
  fail(
    `Node ${MINIMUM_NODE} or newer is needed, and this is ${process.versions.node}. ` +
      'Run "npm start", or where it is installed "npx genesys-usage-graphql": on Linux they bring their own. ' +
      'Or install a newer Node.',
  );
} else {
  await keepCompiledCode();
  await run();
}

/**
 * What V8 makes of all modules need not be made at each start: it is kept beside them, not where others may write. A
 * directory that can't be written to is no hindrance.
 */
async function keepCompiledCode(): Promise<void> {
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(fileURLToPath(new URL('../compile-cache', import.meta.url)));
}

async function run(): Promise<void> {
  const { StartupError } = await import('./lib/startup-error.js');
  try {
    await serve();
  } catch (error) {
    const { hide } = await secretsHidden();
    if (error instanceof StartupError) fail(hide(error.message));
    else fail(hide(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  }
}

/** Settings are secrets, too, in what is said before there is a log, and after. */
async function secretsHidden() {
  const [{ secretsOf }, { createSecretFilter, withoutSecrets }] = await Promise.all([
    import('./config-secrets.js'),
    import('./lib/loggable.js'),
  ]);
  const secrets = secretsOf(process.env);
  const filter = createSecretFilter(secrets);
  return { secrets, hide: (text: string) => filter(withoutSecrets(text)) };
}

async function serve(): Promise<void> {
  const [{ parseConfig }, { createApp }, { createPinoLogger }] = await Promise.all([
    import('./config.js'),
    import('./app.js'),
    import('./logger.js'),
  ]);
  const config = parseConfig(process.env);
  const { secrets } = await secretsHidden();
  const log = createPinoLogger(config.logLevel, process.stdout.isTTY, { secrets });
  // Node would write the error with all that hangs on it, over many lines.
  process.on('uncaughtException', (err) => {
    log.error({ err }, 'nobody has caught an error; the program ends');
    process.exit(1);
  });
  const app = createApp(config, log);
  let asked = false;
  const onSignal = (signal: NodeJS.Signals) => {
    // A terminal that is closed says so twice, or after a Ctrl-C; only a person who insists is obeyed at once.
    if (asked && signal === 'SIGHUP') return;
    if (asked) process.exit(1);
    asked = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  try {
    await app.start();
  } catch (error) {
    if (!asked) throw error;
  }
  if (asked) return;
  log.info(
    {},
    `GraphQL     ${app.url}/graphql (HTTP and WebSocket), ${app.url}/graphql/stream (server-sent events)`,
  );
  if (config.graphiql) log.info({}, `GraphiQL    ${app.url}/graphiql`);
  if (config.upstream.kind === 'simulated')
    log.info({}, `${SIMULATED} ${await simulatedCallers(config.jwt)}`);
}

async function simulatedCallers(jwt: object | null): Promise<string> {
  if (!jwt) return DEMO_TOKENS;
  const { DEMO_ORGANIZATION } = await import('./simulator/simulator.js');
  return `Callers bring tokens of JWT_ISSUER, for the organization ${DEMO_ORGANIZATION.id}.`;
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
