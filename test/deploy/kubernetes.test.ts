/** The manifests against each other and against the program. Where there is kubectl, as it renders them. */
import { readFile } from 'node:fs/promises';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { parseConfig } from '../../src/config.js';
import { SETTINGS } from '../../src/config-settings.js';
import { ROOT } from '../support/markdown.js';
import { pairOf, readDockerfile } from './support/dockerfile.js';
import {
  at,
  KUBERNETES,
  type Manifest,
  onlyOf,
  type Part,
  partsAt,
  readManifest,
  rendered,
  written,
} from './support/manifests.js';
import { healthPaths, stopTimeoutMs } from './support/program-facts.js';

/** Of Node itself. */
const NODE_VARIABLES = ['NODE_OPTIONS'];
const all = await written();
const deployment = onlyOf(all, 'Deployment').body;
const pod = at(deployment, 'spec.template.spec') as Part;
const [container = {}] = partsAt(pod, 'containers');
const secret = onlyOf(all, 'Secret').body;
let settings: Record<string, string>;

beforeAll(async () => {
  const text = await readFile(new URL('base/settings.env', KUBERNETES), 'utf8');
  settings = Object.fromEntries(
    text
      .split('\n')
      .filter((line) => /^\w/.test(line))
      .map(pairOf),
  );
});

describe('the pods', () => {
  it('are those that everything else selects', () => {
    const labels = at(deployment, 'spec.template.metadata.labels') as Part;
    const of = (kind: string) => onlyOf(all, kind).body;
    const spread = partsAt(pod, 'topologySpreadConstraints');
    const selectors = {
      deployment: at(deployment, 'spec.selector.matchLabels'),
      service: at(of('Service'), 'spec.selector'),
      budget: at(of('PodDisruptionBudget'), 'spec.selector.matchLabels'),
      policy: at(of('NetworkPolicy'), 'spec.podSelector.matchLabels'),
      monitor: at(of('PodMonitor'), 'spec.selector.matchLabels'),
      zones: at(spread[0], 'labelSelector.matchLabels'),
      machines: at(spread[1], 'labelSelector.matchLabels'),
    };
    for (const [who, selector] of Object.entries(selectors)) {
      expect([who, Object.keys(selector ?? {}).length]).toEqual([who, 2]);
      expect([who, labels]).toEqual([who, expect.objectContaining(selector as Part)]);
    }
  });

  it('listen where the program does, and where the others look', () => {
    const ports = partsAt(container, 'ports');
    expect(ports).toEqual([{ name: 'http', containerPort: parseConfig({}).port, protocol: 'TCP' }]);
    const service = onlyOf(all, 'Service').body;
    expect(partsAt(service, 'spec.ports').map((port) => port['targetPort'])).toEqual(['http']);
    expect(partsAt(onlyOf(all, 'PodMonitor').body, 'spec.podMetricsEndpoints')[0]?.['port']).toBe('http');
    expect(at(onlyOf(all, 'NetworkPolicy').body, 'spec.ingress.0.ports.0.port')).toBe('http');
    const backends = partsAt(onlyOf(all, 'Ingress').body, 'spec.rules.0.http.paths');
    for (const path of backends)
      expect(at(path, 'backend.service')).toEqual({
        name: at(service, 'metadata.name'),
        port: { name: 'http' },
      });
  });

  it.each(['startupProbe', 'livenessProbe', 'readinessProbe'])(
    'have a %s that the program answers',
    async (name) => {
      const probe = at(container, `${name}.httpGet`);
      expect(probe).toEqual({ path: expect.anything(), port: 'http' });
      expect(await healthPaths()).toContain(at(probe, 'path'));
      // One that ends a node asks what is answered while the database is migrated.
      expect(at(probe, 'path')).toBe(name === 'readinessProbe' ? '/health/ready' : '/health/live');
    },
  );

  it('are given only settings that the program knows, and every one of them from somewhere', () => {
    const env = partsAt(container, 'env');
    const names = env.map((part) => String(part['name']));
    const known = [...Object.keys(SETTINGS), ...NODE_VARIABLES];
    expect([...names, ...Object.keys(settings)].filter((name) => !known.includes(name))).toEqual([]);
    const keys = Object.keys(at(secret, 'stringData') as Part);
    const asked = env.filter((part) => part['valueFrom'] !== undefined);
    for (const part of asked) {
      const { name, key } = at(part, 'valueFrom.secretKeyRef') as Part;
      expect([name, part['name']]).toEqual([at(secret, 'metadata.name'), key]);
      expect(keys).toContain(key);
    }
    expect(keys.filter((key) => !asked.some((part) => part['name'] === key))).toEqual([]);
  });

  it('are given settings that the parser takes', () => {
    const secrets = {
      DATABASE_URL: 'postgres://a@b/c',
      TOKEN_ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
    };
    const config = parseConfig({ ...settings, ...secrets });
    expect(config.upstream.kind).toBe('genesys');
    expect(config.trustProxy).toBe(1);
  });

  it('have time to stop', async () => {
    const graceMs = Number(at(pod, 'terminationGracePeriodSeconds')) * 1000;
    expect(graceMs).toBeGreaterThan(await stopTimeoutMs());
    // Probes have to have failed meanwhile, for a balancer that goes by them.
    const { periodSeconds, failureThreshold } = at(container, 'readinessProbe') as Part;
    const noticedMs = Number(periodSeconds) * Number(failureThreshold) * 1000;
    expect(parseConfig(settings).drainMs).toBeGreaterThan(noticedMs);
  });

  it('may do nothing that the program does not', async () => {
    const user = (await readDockerfile()).at(-1)?.steps.find(({ keyword }) => keyword === 'USER')?.text;
    const { runAsUser, runAsGroup, runAsNonRoot, seccompProfile } = at(pod, 'securityContext') as Part;
    expect(`${String(runAsUser)}:${String(runAsGroup)}`).toBe(user);
    expect([runAsNonRoot, seccompProfile]).toEqual([true, { type: 'RuntimeDefault' }]);
    expect(container['securityContext']).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod['automountServiceAccountToken']).toBe(false);
    expect(pod['volumes']).toBeUndefined();
  });

  it('leave room for buffers between the heap and the limit', () => {
    const heapMb = Number(/--max-old-space-size=(\d+)/.exec(JSON.stringify(container['env']))?.[1]);
    const limit = String(at(container, 'resources.limits.memory'));
    expect(limit).toBe('1Gi');
    expect(heapMb).toBeLessThan(0.7 * 1024);
  });
});

describe('what stands around them', () => {
  it('never takes a node away before there is another', () => {
    expect(at(deployment, 'spec.strategy')).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
    });
    // With one node, a budget of one would allow none to be left.
    expect(Number(at(deployment, 'spec.replicas'))).toBeGreaterThan(1);
    expect(at(onlyOf(all, 'PodDisruptionBudget').body, 'spec.maxUnavailable')).toBe(1);
  });

  it('scales the deployment, within the connections that the page asks the database for', async () => {
    const { body } = onlyOf(all, 'HorizontalPodAutoscaler');
    expect(at(body, 'spec.scaleTargetRef')).toEqual({
      apiVersion: at(deployment, 'apiVersion'),
      kind: 'Deployment',
      name: at(deployment, 'metadata.name'),
    });
    const page = (name: string) => readFile(new URL(`docs/${name}.md`, ROOT), 'utf8');
    const each = Number(/up to (\d+) connections/.exec(await page('operating'))?.[1]);
    const most = (Number(at(body, 'spec.maxReplicas')) + 1) * each;
    expect(await page('deployment')).toContain(`up to ${most} connections`);
    const manifest = await readFile(
      new URL('autoscaling/horizontal-pod-autoscaler.yaml', KUBERNETES),
      'utf8',
    );
    expect(manifest).toContain(`× ${each} = ${most}.`);
  });

  it('scales by metrics that the adapter is told to serve', async () => {
    const asked = partsAt(onlyOf(all, 'HorizontalPodAutoscaler').body, 'spec.metrics').map((metric) =>
      at(metric, 'pods.metric.name'),
    );
    const rules = partsAt(await readManifest('autoscaling/prometheus-adapter.values.yaml'), 'rules.custom');
    expect(asked).toEqual(['usage_graphql_subscribers', 'usage_graphql_queue_lateness_seconds']);
    expect(rules.map((rule) => at(rule, 'name.as'))).toEqual(asked);
    for (const rule of rules) expect(rule['seriesQuery']).toContain(`${String(at(rule, 'name.as'))}{`);
  });

  it('lets the public in where it is meant to be, and nowhere else', () => {
    const paths = partsAt(onlyOf(all, 'Ingress').body, 'spec.rules.0.http.paths').map((one) => one['path']);
    expect(paths).toEqual(['/graphql', '/executions']);
  });

  it('never applies the template of the Secret, which would empty one that is there', async () => {
    const resources = at(await readManifest('base/kustomization.yaml'), 'resources') as string[];
    expect(resources.some((file) => file.includes('secret'))).toBe(false);
    const values = Object.values(at(secret, 'stringData') as Part);
    expect(values.every((value) => value === '')).toBe(true);
  });
});

const [base, example] = await Promise.all([rendered('.'), rendered('example')]);

(base && example ? describe : describe.skip)('kubectl kustomize', () => {
  const kindsOf = (manifests: readonly Manifest[]) => manifests.map(({ kind }) => kind).toSorted();
  const podOf = (manifests: readonly Manifest[]) =>
    at(onlyOf(manifests, 'Deployment').body, 'spec.template.spec.containers.0') as Part;

  it('makes all of the base, and nothing that needs more than a plain cluster', () => {
    expect(kindsOf(base ?? [])).toEqual([
      'ConfigMap',
      'Deployment',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount',
    ]);
  });

  it('gives the pods the settings by a name that changes with them', () => {
    for (const manifests of [base ?? [], example ?? []]) {
      const { name } = onlyOf(manifests, 'ConfigMap');
      expect(name).toMatch(/^usage-graphql-settings-\w{10}$/);
      expect(at(podOf(manifests), 'envFrom.0.configMapRef.name')).toBe(name);
    }
    expect(onlyOf(base ?? [], 'ConfigMap').name).not.toBe(onlyOf(example ?? [], 'ConfigMap').name);
  });

  it('makes an example with autoscaling in charge of the number, and a tag that stays', () => {
    expect(kindsOf(example ?? [])).toEqual(
      expect.arrayContaining(['HorizontalPodAutoscaler', 'Ingress', 'PodMonitor']),
    );
    expect(at(onlyOf(example ?? [], 'Deployment').body, 'spec')).not.toHaveProperty('replicas');
    expect(podOf(example ?? [])['image']).toMatch(
      /^registry\.example\.com\/genesys-usage-graphql:\d+\.\d+\.\d+$/,
    );
  });
});
