/** The Kubernetes manifests as the cluster would get them. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { parse, parseAllDocuments } from 'yaml';

import { isRecord } from '../../../src/lib/is-record.js';
import { ROOT } from '../../support/markdown.js';

export const KUBERNETES = new URL('deploy/kubernetes/', ROOT);

/** Any part of a manifest; a path that leads nowhere gives undefined. */
export type Part = Readonly<Record<string, unknown>>;

export interface Manifest {
  readonly kind: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly body: Part;
}

/** What `kubectl kustomize` makes of a folder; null where there is no kubectl. */
export async function rendered(folder: string): Promise<Manifest[] | null> {
  const path = fileURLToPath(new URL(folder, KUBERNETES));
  try {
    const { stdout } = await promisify(execFile)('kubectl', ['kustomize', path]);
    return manifestsOf(stdout);
  } catch (error) {
    if (isRecord(error) && error['code'] === 'ENOENT') return null;
    throw error;
  }
}

/** Every resource that a kustomization and its components name, as it is written. */
export async function written(): Promise<Manifest[]> {
  const files = (await readdir(KUBERNETES, { recursive: true })).filter((file) => file.endsWith('.yaml'));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, KUBERNETES), 'utf8')));
  return texts.flatMap(manifestsOf).filter(({ apiVersion }) => !apiVersion.startsWith('kustomize'));
}

export async function readManifest(file: string): Promise<Part> {
  return parse(await readFile(new URL(file, KUBERNETES), 'utf8'), { merge: true }) as Part;
}

function manifestsOf(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Part)
    .filter((body) => typeof body['kind'] === 'string')
    .map((body) => ({
      kind: String(body['kind']),
      apiVersion: String(body['apiVersion']),
      name: String(at(body, 'metadata.name')),
      body,
    }));
}

/** `at(deployment, 'spec.template.spec.containers.0.ports')` */
export function at(whole: unknown, path: string): unknown {
  let part = whole;
  for (const key of path.split('.'))
    part = typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[key] : undefined;
  return part;
}

export function partsAt(whole: unknown, path: string): Part[] {
  const found = at(whole, path);
  return Array.isArray(found) ? found.filter(isRecord) : [];
}

export function onlyOf(manifests: readonly Manifest[], kind: string): Manifest {
  const [one, ...more] = manifests.filter((manifest) => manifest.kind === kind);
  if (!one || more.length > 0) throw new Error(`there are ${more.length + (one ? 1 : 0)} of ${kind}`);
  return one;
}
