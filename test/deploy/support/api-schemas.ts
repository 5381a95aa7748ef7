/**
 * Manifests against the schemas of the Kubernetes API. A cluster drops a field that it does not know without a word, and
 * so do the schemas: here such a field is a problem, found as one that the schema's validator never looked at.
 */
import { isRecord } from '../../../src/lib/is-record.js';
import type { Manifest, Part } from './manifests.js';

/** `path: problem` for each; null where the schemas do not know the kind. */
export async function problemsOf({ apiVersion, kind, body }: Manifest): Promise<string[] | null> {
  const validate = await validatorOf(apiVersion, kind);
  if (!validate) return null;
  const seen = new Map<string, Set<string>>();
  validate(watched(body, '', seen));
  const wrong = (validate.errors ?? []).map(
    ({ instancePath, keyword, params }) => `${instancePath}: ${keyword} ${JSON.stringify(params)}`,
  );
  return [...wrong, ...unseen(body, '', seen)];
}

interface Validator {
  (data: unknown): boolean;
  readonly errors?:
    readonly { readonly instancePath: string; readonly keyword: string; readonly params: Part }[] | null;
}

async function validatorOf(apiVersion: string, kind: string): Promise<Validator | null> {
  const [version = '', group = 'core'] = apiVersion.split('/').toReversed();
  const name = ['IoK8sApi', group.split('.')[0] ?? '', version, kind].map(capitalized).join('');
  try {
    const module: unknown = await import(`kubernetes-models/_schemas/${name}`);
    return (module as { readonly validate: Validator }).validate;
  } catch (error) {
    if (isRecord(error) && ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'].includes(String(error['code'])))
      return null;
    throw error;
  }
}

const capitalized = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);

/** The same, noting which keys are read where. A map's keys are all read, since each of its values has a schema. */
function watched(value: object, path: string, seen: Map<string, Set<string>>): object {
  const keys = new Set<string>();
  seen.set(path, keys);
  const copies = new Map<string, object>();
  return new Proxy(value, {
    get(target, key, receiver) {
      const found: unknown = Reflect.get(target, key, receiver);
      if (typeof key === 'symbol') return found;
      keys.add(key);
      if (typeof found !== 'object' || found === null) return found;
      const copy = copies.get(key) ?? watched(found, `${path}/${key}`, seen);
      copies.set(key, copy);
      return copy;
    },
  });
}

function unseen(value: unknown, path: string, seen: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    seen.get(path)?.has(key) ? unseen(inner, `${path}/${key}`, seen) : [`${path}/${key}: unknown field`],
  );
}
