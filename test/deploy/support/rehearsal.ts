/**
 * Does what a Dockerfile says, without an engine: each stage has a directory that stands for its root, RUN is done by a
 * shell in it with this machine's Node, COPY goes by .dockerignore. What base images bring is not there, so only the
 * instructions that this project uses are known, and a RUN may name no path from the root.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, stat } from 'node:fs/promises';
import { dirname, join, posix, relative } from 'node:path';

import { expand, type Ignores, pairOf, pairsOf, type Stage, type Step } from './dockerfile.js';

/** What a stage is when all its steps are done. */
export interface Image {
  /** Stands for `/`. */
  readonly root: string;
  readonly workdir: string;
  readonly env: ReadonlyMap<string, string>;
  readonly user: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly entrypoint: readonly string[];
  readonly healthcheck: readonly string[];
}

export interface BuildOptions {
  /** The repository. */
  readonly context: string;
  readonly ignores: Ignores;
  /** An empty directory for all stages. */
  readonly scratch: string;
  /** For RUN: where npm gets packages from, and keeps them meanwhile. */
  readonly env: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}

/** An image in the making; what ARG says is gone when it is done. */
type Draft = { -readonly [K in keyof Image]: Image[K] } & { args: ReadonlyMap<string, string> };

/** Gives the last stage. Throws at the first step that fails or that it does not know. */
export async function rehearse(stages: readonly Stage[], options: BuildOptions): Promise<Image> {
  const images = new Map<string, Image>();
  let image = empty(options.scratch);
  for (const stage of stages) {
    image = await begin(stage, images, options);
    for (const step of stage.steps) {
      const startedAt = performance.now();
      await perform(step, image, images, options);
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      options.say(
        `${stage.name}: line ${step.line}, ${step.keyword} ${step.text.slice(0, 60)} (${seconds} s)`,
      );
    }
    images.set(stage.name, image);
  }
  return image;
}

function empty(root: string): Draft {
  return {
    root,
    workdir: '/',
    env: new Map(),
    args: new Map(),
    user: '',
    labels: new Map(),
    entrypoint: [],
    healthcheck: [],
  };
}

async function begin(
  stage: Stage,
  images: ReadonlyMap<string, Image>,
  { scratch }: BuildOptions,
): Promise<Draft> {
  const root = join(scratch, stage.name);
  await mkdir(root, { recursive: true });
  const base = images.get(stage.from);
  if (!base) return empty(root);
  await cp(base.root, root, { recursive: true, verbatimSymlinks: true });
  return { ...base, root, args: new Map() };
}

async function perform(
  step: Step,
  image: Draft,
  images: ReadonlyMap<string, Image>,
  options: BuildOptions,
): Promise<void> {
  switch (step.keyword) {
    case 'WORKDIR':
      image.workdir = posix.resolve(image.workdir, step.text);
      await mkdir(join(image.root, image.workdir), { recursive: true });
      break;
    case 'ENV':
      image.env = new Map([...image.env, ...pairsOf(step.text)]);
      break;
    case 'COPY':
      await copy(step, image, images, options);
      break;
    case 'RUN':
      await run(step, image, options);
      break;
    case 'USER':
      image.user = step.text;
      break;
    case 'ENTRYPOINT':
      image.entrypoint = execOf(step);
      break;
    case 'HEALTHCHECK':
      image.healthcheck = execOf(step);
      break;
    case 'LABEL':
      image.labels = new Map([...image.labels, ...pairsOf(expand(step.text, image.args))]);
      break;
    case 'ARG':
      image.args = new Map([...image.args, pairOf(step.text)]);
      break;
    case 'EXPOSE':
      break;
    default:
      throw new Error(`line ${step.line}: ${step.keyword} is not rehearsed`);
  }
}

function execOf(step: Step): readonly string[] {
  if (!step.exec) throw new Error(`line ${step.line}: ${step.keyword} has to be a list`);
  return step.exec;
}

async function copy(
  step: Step,
  image: Image,
  images: ReadonlyMap<string, Image>,
  { context, ignores }: BuildOptions,
): Promise<void> {
  const words = step.text.split(/\s+/);
  const sources = words.slice(0, -1);
  const to = words.at(-1) ?? '';
  const target = join(image.root, posix.resolve(image.workdir, to));
  const from = step.flags.get('from');
  const root = from === undefined ? context : images.get(from)?.root;
  if (root === undefined) throw new Error(`line ${step.line}: there is no stage ${from}`);
  const filter = (path: string) =>
    from !== undefined || path === context || !ignores(relative(context, path));
  for (const source of sources) {
    const path = join(root, source);
    if (!filter(path)) throw new Error(`line ${step.line}: .dockerignore keeps ${source} out`);
    // A file into a directory, a directory's content into what may become one.
    const isInto = (await stat(path)).isFile() && /(^|\/)\.?$/.test(to);
    const place = isInto ? join(target, posix.basename(source)) : target;
    await mkdir(dirname(place), { recursive: true });
    await cp(path, place, { recursive: true, verbatimSymlinks: true, filter });
    const mode = step.flags.get('chmod');
    if (mode !== undefined) await chmod(place, Number.parseInt(mode, 8));
  }
}

async function run(step: Step, image: Image, { env, say }: BuildOptions): Promise<void> {
  if (/(^|[\s='"])\/\w/.test(step.text)) throw new Error(`line ${step.line}: names a path from the root`);
  const shell = spawn('sh', ['-c', step.text], {
    cwd: join(image.root, image.workdir),
    // Without what this process has in its own: an engine would not have it either.
    env: { ...env, ...Object.fromEntries(image.env) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(shell, 'close')) as [number | null];
  if (code !== 0) throw new Error(`line ${step.line}: ended with ${code}\n${output}`);
  const last = output.trim().split('\n').at(-1);
  if (last) say(`  ${last}`);
}
