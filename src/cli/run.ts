/** The commands and their options, from arguments to the exit code. */
import { readFileSync } from 'node:fs';

import { Command, CommanderError, Option } from 'commander';

import { UsageQueryError } from '../../client/src/index.js';
import { cancel, exportRows, list, show } from './execution-commands.js';
import { EXIT, exitCodeOf, messageOf } from './exit-code.js';
import type { CliIo } from './io.js';
import {
  DIMENSIONS,
  GRANULARITIES,
  METRICS,
  oneOf,
  someOf,
  STATUSES,
  texts,
  toOption,
  wholeNumber,
} from './options.js';
import { query } from './query-command.js';
import { harmless, painter } from './text.js';

const EXIT_CODES = `
Exit codes: 0 done, 1 ended without rows, 2 wrong use, 3 server not reachable or not able now, 4 token or right missing,
5 no such execution, 70 a fault of the program or the server, 130 ended by Ctrl-C.`;

/** Runs one command; says on standard error what went wrong. */
export async function run(args: readonly string[], io: CliIo): Promise<number> {
  try {
    // `npm run cli -- usage query` names the program like `npx usage query` does.
    await createProgram(io).parseAsync(args[0] === 'usage' ? args.slice(1) : args, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    // It has said itself what is wrong; help and version are no failure.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    io.stderr.write(`${toldOf(error, io)}\n`);
    return exitCodeOf(error, io.signal);
  }
}

function toldOf(error: unknown, io: CliIo): string {
  if (!io.signal.aborted) return `${painter(io.stderr)('red', 'error')} ${harmless(messageOf(error))}`;
  // Only the waiting for a query says more about its end.
  return error instanceof UsageQueryError && error.kind === 'aborted' ? error.message : 'Stopped.';
}

function createProgram(io: CliIo): Command {
  const program = new Command('usage')
    .description('Genesys Cloud usage, from a genesys-usage-graphql server.')
    .version(version(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .option('--server <url>', 'the server (default: USAGE_SERVER, or http://127.0.0.1:4000)')
    .option('--token-file <file>', 'a file with the token (default: the token in USAGE_TOKEN)')
    .option('--demo', 'use the demo token, with a server that says that its data is simulated')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .exitOverride()
    .addHelpText('after', EXIT_CODES);
  addQuery(program, io);
  addShow(program, io);
  addRest(program, io);
  return program;
}

function addQuery(program: Command, io: CliIo): void {
  const command = program
    .command('query')
    .description('start a query, wait for it, and show its rows; Ctrl-C cancels it')
    .requiredOption('--interval <days>', 'whole UTC days, such as 2026-10-01/2026-10-28')
    .addOption(
      choice('--granularity <period>', 'length of a period', GRANULARITIES).argParser(oneOf(GRANULARITIES)),
    )
    .addOption(
      choice('--group-by <dimension...>', 'what to tell rows apart by', DIMENSIONS).argParser(
        someOf(DIMENSIONS),
      ),
    )
    .addOption(
      choice('--metric <metric...>', 'what to count (default: everything)', METRICS).argParser(
        someOf(METRICS),
      ),
    )
    .option('--client <id...>', 'only these OAuth clients', texts)
    .option('--aggregates', "use upstream's newer generation, as several clients do anyway")
    .option('--fresh', 'ask upstream even if the result is here already')
    .option('--detach', 'do not wait: print the id of the execution');
  addShowing(command).action((_options, self: Command) => query(self.optsWithGlobals(), io));
}

function addShow(program: Command, io: CliIo): void {
  const command = program
    .command('show')
    .description('show an execution: its rows, or its state')
    .argument('<id>');
  addShowing(command).action((id: string, _options, self: Command) => show(id, self.optsWithGlobals(), io));
}

function addRest(program: Command, io: CliIo): void {
  program
    .command('list')
    .description('show the newest executions')
    .addOption(
      choice('--status <status...>', 'only those in one of these states', STATUSES).argParser(
        someOf(STATUSES),
      ),
    )
    .option('--limit <count>', 'how many, at most 100', wholeNumber(1, 100), 20)
    .addOption(new Option('--format <format>', 'how').choices(['table', 'json']).default('table'))
    .action((_options, self: Command) => list(self.optsWithGlobals(), io));
  program
    .command('cancel')
    .description('end an execution that you have started')
    .argument('<id>')
    .action((id: string, _options, self: Command) => cancel(id, self.optsWithGlobals(), io));
  program
    .command('export')
    .description('write all rows of an execution')
    .argument('<id>')
    .addOption(new Option('--format <format>', 'how').choices(['csv', 'jsonl', 'json']).default('csv'))
    .action((id: string, _options, self: Command) => exportRows(id, self.optsWithGlobals(), io));
}

/** Of the commands that wait and show rows. */
function addShowing(command: Command): Command {
  return command
    .option('--watch', 'show state, time and polls while it waits, on a terminal')
    .addOption(
      new Option('--format <format>', 'csv and json give all rows')
        .choices(['table', 'csv', 'json'])
        .default('table'),
    )
    .option('--limit <count>', 'rows of the table, at most 1000', wholeNumber(1, 1_000), 50)
    .option(
      '--give-up-after <seconds>',
      'how long to try again while the server is away',
      wholeNumber(0, 86_400),
      300,
    );
}

function choice(flags: string, text: string, values: readonly string[]): Option {
  return new Option(flags, `${text}: ${values.map(toOption).join(', ')}`);
}

function version(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
