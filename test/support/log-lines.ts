/** The lines that the program can write, as its source has them. */
import { readdir, readFile } from 'node:fs/promises';

import { parseAst } from 'vite';

import { isRecord } from '../../src/lib/is-record.js';
import { ROOT } from './markdown.js';

export interface LogLine {
  readonly level: string;
  /** Values in it are shown as `…`. */
  readonly text: string;
  readonly place: string;
}

/** Of the syntax tree. */
type Node = Readonly<Record<string, unknown>>;

const LEVELS: ReadonlySet<unknown> = new Set(['debug', 'info', 'warn', 'error']);

/** Every line of every level. Throws for one that is no constant text. */
export async function linesInSource(): Promise<LogLine[]> {
  const folder = new URL('dist/src/', ROOT);
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.js'));
  const found = await Promise.all(
    paths.map(async (path) => linesOf(path, await readFile(new URL(path, folder), 'utf8'))),
  );
  return found.flat();
}

function linesOf(path: string, text: string): LogLine[] {
  const nodes = [...nodesIn(parseAst(text))];
  const constants = new Map(nodes.flatMap(constantOf));
  return nodes.flatMap(saidBy).map(([level, said]) => {
    const line = toText(said, constants);
    if (line === undefined) throw new Error(`${path}: a line of level ${level} is no constant text`);
    return { level, text: line, place: path };
  });
}

function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const each of value) yield* nodesIn(each);
  if (!isRecord(value) || Array.isArray(value)) return;
  if (typeof value['type'] === 'string') yield value;
  for (const child of Object.values(value)) if (typeof child === 'object') yield* nodesIn(child);
}

function constantOf({ type, id, init }: Node): [unknown, unknown][] {
  return type === 'VariableDeclarator' && isRecord(id) && isRecord(init) ? [[id['name'], init]] : [];
}

/** What stands where a line is written, with its level. */
function saidBy(node: Node): [level: string, said: unknown][] {
  const key = isRecord(node['key']) ? node['key']['name'] : undefined;
  // What `createTrouble` is given.
  if (node['type'] === 'Property' && isRecord(node['value']) && node['value']['type'] !== 'Identifier') {
    if (key === 'begun') return [['warn', node['value']]];
    if (key === 'over') return [['info', node['value']]];
  }
  return node['type'] === 'CallExpression' ? saidByCall(node) : [];
}

function saidByCall({ callee, arguments: given }: Node): [level: string, said: unknown][] {
  if (!isRecord(callee) || !Array.isArray(given)) return [];
  if (callee['name'] === 'logFailure') return [['warn', given[3]]];
  const { object, property } = callee;
  if (callee['type'] !== 'MemberExpression' || !isLog(object) || !isRecord(property)) return [];
  // By a level that is found out: it is told at the higher one.
  if (callee['computed'] === true) return [['info', given[1]]];
  const isPassedOn = isRecord(given[1]) && PASSED_ON.has(given[1]['name']);
  return LEVELS.has(property['name']) && !isPassedOn ? [[String(property['name']), given[1]]] : [];
}

/** What `logFailure` and `createTrouble` are given by others. */
const PASSED_ON: ReadonlySet<unknown> = new Set(['message', 'begun', 'over']);

/** `log`, `options.log`, `this.#log`. */
function isLog(object: unknown): boolean {
  if (!isRecord(object)) return false;
  return object['name'] === 'log' || isLog(object['property']);
}

/** Constants of the same file are put in; whatever else stands in a text is a value. */
function toText(node: unknown, constants: ReadonlyMap<unknown, unknown>): string | undefined {
  if (!isRecord(node)) return undefined;
  if (node['type'] === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node['type'] === 'Identifier') return toText(constants.get(node['name']), constants);
  if (node['type'] === 'BinaryExpression') {
    const [left, right] = [toText(node['left'], constants), toText(node['right'], constants)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  if (node['type'] !== 'TemplateLiteral') return undefined;
  const { quasis, expressions } = node as { quasis: { value: { cooked: string } }[]; expressions: unknown[] };
  return quasis
    .map(
      ({ value }, i) => value.cooked + (i in expressions ? (toText(expressions[i], constants) ?? '…') : ''),
    )
    .join('');
}
