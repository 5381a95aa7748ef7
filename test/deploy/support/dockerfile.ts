/** A Dockerfile as what it does: stages, and their steps with their flags apart. */
import { readFile } from 'node:fs/promises';

import { DockerfileParser, type Instruction } from 'dockerfile-ast';

import { ROOT } from '../../support/markdown.js';

export interface Step {
  /** As the parser gives it, in capitals. */
  readonly keyword: string;
  /** Everything behind the flags, on one line, variables as they are written. */
  readonly text: string;
  readonly flags: ReadonlyMap<string, string>;
  /** The exec form: a list in JSON. */
  readonly exec: readonly string[] | null;
  /** From 1. */
  readonly line: number;
}

export interface Stage {
  readonly name: string;
  /** Another stage's name, or an image with its tag. */
  readonly from: string;
  readonly steps: readonly Step[];
}

export async function readDockerfile(): Promise<Stage[]> {
  return parseDockerfile(await readFile(new URL('Dockerfile', ROOT), 'utf8'));
}

export function parseDockerfile(text: string): Stage[] {
  const dockerfile = DockerfileParser.parse(text);
  const globals = new Map(
    dockerfile.getInitialARGs().map((arg) => pairOf(arg.getRawArgumentsContent() ?? '')),
  );
  const stages: { name: string; from: string; steps: Step[] }[] = [];
  for (const instruction of dockerfile.getInstructions()) {
    const step = toStep(instruction, text);
    if (step.keyword === 'FROM') {
      const [from = '', , name = `${stages.length}`] = step.text.split(/\s+/);
      stages.push({ name, from: expand(from, globals), steps: [] });
    } else stages.at(-1)?.steps.push(step);
  }
  return stages;
}

function toStep(instruction: Instruction, source: string): Step {
  const { start, end } = instruction.getRange();
  const written = source
    .split('\n')
    .slice(start.line, end.line + 1)
    .join('\n')
    .replace(/^\w+\s+/, '');
  let rest = written.replaceAll(/\\\n\s*/g, '').trim();
  const flags = new Map<string, string>();
  for (let flag = FLAG.exec(rest); flag; flag = FLAG.exec(rest)) {
    flags.set(flag[1] ?? '', flag[2] ?? '');
    rest = rest.slice(flag[0].length);
  }
  // A HEALTHCHECK has a CMD behind its flags.
  const command = rest.replace(/^CMD\s+/, '');
  return {
    keyword: instruction.getKeyword(),
    text: rest,
    flags,
    exec: command.startsWith('[') ? (JSON.parse(command) as string[]) : null,
    line: start.line + 1,
  };
}

const FLAG = /^--([\w-]+)=(\S+)\s+/;

/** `NAME=value`, as ARG and ENV have it. */
export function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1).replaceAll(/^"|"$/g, '')];
}

/** The pairs of an ENV or a LABEL. */
export function pairsOf(text: string): [string, string][] {
  return [...text.matchAll(/[\w.]+=(?:"[^"]*"|\S+)/g)].map(([pair]) => pairOf(pair));
}

export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => variables.get(name) ?? whole);
}

/** Whether a path of the build context stays out, by the rules of .dockerignore: the last that fits counts. */
export type Ignores = (path: string) => boolean;

export async function readDockerignore(): Promise<Ignores> {
  return parseDockerignore(await readFile(new URL('.dockerignore', ROOT), 'utf8'));
}

export function parseDockerignore(text: string): Ignores {
  const rules = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({ keeps: line.startsWith('!'), pattern: toPattern(line.replace(/^!/, '').trim()) }));
  return (path) => {
    const parts = path.split('/');
    const upTo = parts.map((_, i) => parts.slice(0, i + 1).join('/'));
    const last = rules.findLast(({ pattern }) => upTo.some((one) => pattern.test(one)));
    return last !== undefined && !last.keeps;
  };
}

/** Unlike a shell's, its star takes names that begin with a dot. */
function toPattern(glob: string): RegExp {
  const parts = glob.split(/(\*\*\/|\*)/).map((part) => {
    if (part === '**/') return '(?:.*/)?';
    return part === '*' ? '[^/]*' : part.replaceAll(/[.+^${}()|[\]\\?]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('')}$`);
}
