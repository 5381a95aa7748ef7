/** Every manifest against the schemas of the Kubernetes API: as it is written, and as kubectl renders it where it is. */
import { describe, expect, it } from '@jest/globals';

import { problemsOf } from './support/api-schemas.js';
import { at, type Manifest, onlyOf, type Part, rendered, written } from './support/manifests.js';

/** Kinds of others, which the cluster learns from them. */
const OF_OTHERS = ['monitoring.coreos.com/v1 PodMonitor'];

const files = await written();
const [base, example] = await Promise.all([rendered('.'), rendered('example')]);

const titled = (source: string, manifests: readonly Manifest[] | null) =>
  (manifests ?? []).map((manifest) => ({ title: `${source}: ${manifest.kind} ${manifest.name}`, manifest }));
const typeOf = ({ apiVersion, kind }: Manifest) => `${apiVersion} ${kind}`;

describe('manifests', () => {
  it.each([
    ...titled('as written', files),
    ...titled('rendered', base),
    ...titled('rendered example', example),
  ])('$title is what the API takes', async ({ manifest }) => {
    const problems = await problemsOf(manifest);
    if (problems === null) expect(OF_OTHERS).toContain(typeOf(manifest));
    else expect(problems).toEqual([]);
  });

  it('are of versions that stay', () => {
    // The package has schemas of beta versions as well, which today's clusters have left behind.
    const stable = /^([\w.]+\/)?v\d+$/;
    expect(files.map(({ apiVersion }) => apiVersion).filter((version) => !stable.test(version))).toEqual([]);
  });

  it('have of each kind of others at least one', () => {
    const types = files.map(typeOf);
    expect(OF_OTHERS.filter((type) => !types.includes(type))).toEqual([]);
  });
});

describe('the check itself', () => {
  const deployment = onlyOf(files, 'Deployment');

  /** The Deployment, with one part of it changed. */
  async function problemsWith(path: string, change: (part: Record<string, unknown>) => void) {
    const body = structuredClone(deployment.body);
    change(at(body, path) as Record<string, unknown>);
    return await problemsOf({ ...deployment, body });
  }

  const CONTAINER = 'spec.template.spec.containers.0';

  it.each([
    [
      'a key with a typo',
      'spec.strategy',
      'rollingUpdates',
      {},
      '/spec/strategy/rollingUpdates: unknown field',
    ],
    [
      'a key that stands one level too high',
      CONTAINER,
      'failureThreshold',
      3,
      '/spec/template/spec/containers/0/failureThreshold: unknown field',
    ],
    ['a key of what all kinds have', 'metadata', 'label', {}, '/metadata/label: unknown field'],
    ['a number as text', 'spec', 'replicas', '2', '/spec/replicas: type {"type":"integer"}'],
    [
      'a word that is none of those allowed',
      'spec.strategy',
      'type',
      'Rolling',
      '/spec/strategy/type: enum {"allowedValues":["Recreate","RollingUpdate"]}',
    ],
    [
      'a quantity that is none',
      `${CONTAINER}.resources.limits`,
      'memory',
      '1 GB',
      expect.stringContaining('/resources/limits/memory: format {"format":"quantity"}'),
    ],
  ])('finds %s', async (_what, path, key, value, problem) => {
    const problems = await problemsWith(path, (part) => (part[key] = value));
    expect(problems).toContainEqual(problem);
  });

  it('finds what is missing', async () => {
    const problems = await problemsWith(CONTAINER, (part) => delete part['name']);
    expect(problems).toEqual(['/spec/template/spec/containers/0: required {"missingProperty":"name"}']);
  });

  it('takes labels and annotations of any name', async () => {
    const label = (part: Part) => Object.assign(part['labels'] as object, { anything: 'at all' });
    expect(await problemsWith('metadata', label)).toEqual([]);
  });

  it('has no opinion on a kind that the API does not know', async () => {
    expect(await problemsOf({ ...deployment, apiVersion: 'a.example/v1' })).toBeNull();
  });

  it('finds another version than the one whose schema it took', async () => {
    const problems = await problemsOf({ ...deployment, apiVersion: 'apps/v1beta1' });
    expect(problems).toContainEqual(expect.stringMatching('^/apiVersion: enum'));
  });
});
