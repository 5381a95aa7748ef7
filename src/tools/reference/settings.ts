/** What the parser of the environment knows about each variable, read from the parser itself. */
import { environment, type EnvironmentVariable } from '../../config.js';

/** As it would be written into the environment; null: there is none. */
export function defaultOf(name: EnvironmentVariable): string | null {
  const found = rawDefault(environment.shape[name]);
  const isThere = typeof found === 'number' || (typeof found === 'string' && found !== '');
  return isThere ? String(found) : null;
}

/** What the parser answers to a value that nothing could mean; null: it takes any text. */
export function ruleOf(name: EnvironmentVariable): string | null {
  const { error } = environment.shape[name].safeParse('\0');
  return error?.issues[0]?.message.replace(/^must be /, '') ?? null;
}

/** In front of what is made of it: a default behind a transformation is no text of the environment. */
function rawDefault(parser: unknown): unknown {
  const def = partOf(parser, 'def');
  const before = partOf(def, 'in') ?? partOf(def, 'innerType');
  return partOf(def, 'defaultValue') ?? (before === undefined ? undefined : rawDefault(before));
}

function partOf(whole: unknown, name: string): unknown {
  return typeof whole === 'object' && whole !== null && name in whole
    ? (whole as Record<string, unknown>)[name]
    : undefined;
}
