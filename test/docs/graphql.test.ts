/**
 * Every GraphQL document of the documentation is asked of the real application, with what its placeholders stand for;
 * so is every request body in JSON. What they show must work: no error, no refusal, nothing that is not found.
 */
import { createHash } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type DocumentNode, type GraphQLSchema, Kind, OperationTypeNode, parse, validate } from 'graphql';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, post, type RawOperation, serverSentEventsDoor } from '../support/clients.js';
import { committedSchema } from '../support/documented-operations.js';
import { type CodeBlock, codeBlocks } from '../support/markdown.js';
import { type Samples, sampleVariables } from '../support/sample-variables.js';
import { DEMO_CLIENT_ID, finishedId, INTERVAL, startedId } from '../support/starts.js';
import { until } from '../support/until.js';

const all = await codeBlocks();
const documents = all.filter(({ language, notRun }) => language === 'graphql' && notRun === null);
const json = all.filter(({ language, notRun }) => language === 'json' && notRun === null);
const KNOWN = '{ viewer { permissions } }';

let app: TestApp;
let schema: GraphQLSchema;
let samples: Samples;

beforeAll(async () => {
  app = await startAppWithSimulator();
  schema = await committedSchema();
  const [executionId, baselineId] = await Promise.all([finishedId(app.url), finishedId(app.url)]);
  samples = { executionId, baselineId, clientId: DEMO_CLIENT_ID, interval: INTERVAL };
});
afterEach(async () => {
  app.simulator.faults.clear();
  await closeClients();
});
afterAll(() => app?.stop());

describe('documents in the documentation', () => {
  it('are there', () => expect(documents.length).toBeGreaterThan(3));

  it.each(documents)('$place', async (block) => {
    const query = filledIn(block.text, await meant(block.text));
    const document = parse(query);
    expect(validate(schema, document).filter(({ message }) => !/is never used/.test(message))).toEqual([]);
    for (const operation of operationsOf(document, query, variablesBehind(block))) {
      const answer = await ask(operation, document);
      expect(answer.errors).toBeUndefined();
      expect(troublesIn(answer.data)).toEqual([]);
    }
  });
});

describe('JSON in the documentation', () => {
  it.each(json)('$place can be read, and is answered where it is a request', async ({ text }) => {
    await post(app.url, {
      query: KNOWN,
      extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(KNOWN) } },
    });
    const value = JSON.parse(filledIn(text, samples)) as Record<string, unknown>;
    const isRequest = ['query', 'documentId', 'extensions'].some((key) => key in value);
    if (isRequest) expect(await post(app.url, value)).toMatchObject({ status: 200, data: { viewer: {} } });
  });
});

it('what is not run has a reason, and there is little of it', () => {
  const excused = all.filter(({ notRun }) => notRun !== null);
  for (const { place, notRun } of excused)
    expect([place, notRun?.split(' ').length ?? 0]).toEqual([place, expect.any(Number)]);
  expect(excused.filter(({ notRun }) => (notRun ?? '').split(/\s+/).length < 4)).toEqual([]);
  expect(excused.length).toBeLessThan(all.length / 4);
});

/** What may be canceled has to run still. */
async function meant(text: string): Promise<Samples> {
  if (!text.includes('cancelUsageExecution')) return samples;
  app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' }, { stage: 'results' });
  return { ...samples, executionId: await startedId(app.url) };
}

function filledIn(text: string, { executionId, clientId, interval }: Samples): string {
  return text
    .replaceAll(/exe_(?:…|[0-9a-f]{32})/g, executionId)
    .replaceAll(/(clientId"?: ")[^"]*"/g, `$1${clientId}"`)
    .replaceAll(/\d{4}-\d\d-\d\d\/\d{4}-\d\d-\d\d/g, interval)
    .replaceAll(/[0-9a-f]{4,}…/g, hashOf(KNOWN));
}

/** A JSON block right behind a document holds its variables. */
function variablesBehind(block: CodeBlock): Record<string, unknown> | null {
  const next = all[all.indexOf(block) + 1];
  if (next?.language !== 'json' || next.path !== block.path) return null;
  return JSON.parse(filledIn(next.text, samples)) as Record<string, unknown>;
}

function operationsOf(
  document: DocumentNode,
  query: string,
  variables: Record<string, unknown> | null,
): RawOperation[] {
  return document.definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [];
    const name = definition.name?.value;
    const given =
      variables ?? sampleVariables(schema, { kind: Kind.DOCUMENT, definitions: [definition] }, samples);
    return [{ query, variables: given, ...(name ? { operationName: name } : {}) }];
  });
}

/** One answer; of a subscription the first. */
async function ask(operation: RawOperation, document: DocumentNode) {
  const asked = document.definitions.find(
    (one) => one.kind === Kind.OPERATION_DEFINITION && one.name?.value === operation.operationName,
  );
  if (asked?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  if (asked.operation !== OperationTypeNode.SUBSCRIPTION) return post(app.url, operation);
  const stream = serverSentEventsDoor.send(app.url, operation);
  const told = { answer: stream.next(), isThere: false };
  void told.answer.then(() => (told.isThere = true));
  // Some tell only of what ends from now on.
  await until('an event', async () => {
    if (!told.isThere) await finishedId(app.url);
    return told.isThere;
  });
  const answer = await told.answer;
  if (!answer) throw new Error(JSON.stringify(await stream.ended));
  return answer;
}

/** Refusals, and executions that are not there. */
function troublesIn(value: unknown, key = ''): unknown[] {
  if (key === 'userErrors') return value as unknown[];
  if (value === null) return ['execution', 'usageExecution', 'node'].includes(key) ? [`${key} is null`] : [];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, part]) => troublesIn(part, Array.isArray(value) ? key : name));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
