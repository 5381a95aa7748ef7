import { describe, expect, it } from '@jest/globals';
import { GraphQLError, parse } from 'graphql';

import type { Caller } from '../../src/domain/caller.js';
import type { RequestContext } from '../../src/services/request-context.js';
import type { OperationArgs } from '../../src/transport/graphql-pipeline.js';
import { createSharedSelections, type SharedResult } from '../../src/transport/delivery/shared-selections.js';
import { CALLER } from '../support/store.js';
import { until } from '../support/until.js';

const STATE = { version: 1 };

/** Subscribers of one registry; `look` is what the resolvers look at. */
function subscribers(look: (context: RequestContext) => unknown, errors?: GraphQLError[]) {
  let executions = 0;
  const selections = createSharedSelections(async ({ contextValue, variableValues }) => {
    executions += 1;
    const data = { seen: await look(contextValue), variables: variableValues, by: executions };
    return errors ? { data, errors } : { data };
  });
  return {
    executions: () => executions,
    ask(caller: Partial<Caller>, { text = '{ id }', variables = {}, state = STATE } = {}) {
      const contextValue = {
        caller: { ...CALLER, ...caller },
        requestId: 'r',
        loaders: {},
      } as RequestContext;
      const args = {
        document: parse(text),
        variableValues: variables,
        contextValue,
      } as unknown as OperationArgs;
      const taken: SharedResult[] = [];
      const subscriber = {
        args,
        isOver: false,
        take: (shared: SharedResult) => taken.push(shared),
        fail: () => {},
      };
      const selection = selections.join(args);
      selection.resultOf(state, subscriber);
      const leave = () => {
        subscriber.isOver = true;
        selection.leave();
      };
      return { taken, subscriber, leave };
    },
  };
}

type Asked = ReturnType<ReturnType<typeof subscribers>['ask']>;
const all = (asked: readonly Asked[]) =>
  until('all results', () => asked.every(({ taken }) => taken.length === 1));

const ANN = { token: 'a', subject: { id: 'ann', name: 'Ann', kind: 'USER' } } as const;
const BOB = { token: 'b', subject: { id: 'bob', name: 'Bob', kind: 'USER' } } as const;

describe('subscribers of the same selection', () => {
  it('share one execution and one text while it looks at nothing but their rights', async () => {
    const many = subscribers(({ caller }) => [caller.organization.id, caller.permissions]);
    const asked = [many.ask(ANN), many.ask(BOB), many.ask(ANN)];
    await all(asked);
    const late = many.ask(BOB);
    await all([late]);
    expect(many.executions()).toBe(1);
    expect(new Set([...asked, late].map(({ taken }) => taken[0]?.serialized)).size).toBe(1);
  });

  it.each<[string, (context: RequestContext) => unknown]>([
    ['who asks', ({ caller }) => caller.subject.id],
    ['the OAuth client', ({ caller }) => caller.client.id],
    ['the token', ({ caller }) => caller.token],
    ['names of users', ({ loaders }) => loaders.users],
    ['what is done with a caller', ({ executions }) => executions],
  ])('have one execution for each token when it looks at %s', async (_, look) => {
    const many = subscribers(look);
    const asked = [many.ask(ANN), many.ask(BOB), many.ask(ANN), many.ask(BOB)];
    await all(asked);
    expect(many.executions()).toBe(2);
    const [ann, bob, annAgain, bobAgain] = asked.map(({ taken }) => taken[0]?.result.data);
    expect(annAgain).toBe(ann);
    expect(bobAgain).toBe(bob);
    expect(bob).not.toBe(ann);
  });

  it('share nothing when it looks at the request', async () => {
    const many = subscribers(({ requestId }) => requestId);
    const asked = [many.ask(ANN), many.ask(ANN), many.ask(BOB)];
    await all(asked);
    expect(many.executions()).toBe(3);
  });

  it.each<[string, Partial<Caller>]>([
    ['another organization', { organization: { id: 'org-2', name: 'One' } }],
    ['an organization of another name', { organization: { id: 'org-1', name: 'Two' } }],
    ['other permissions', { permissions: ['usage:*'] }],
    ['permissions that nobody knows', { permissions: null }],
  ])('share nothing with %s', async (_, other) => {
    const many = subscribers(() => 0);
    await all([many.ask({}), many.ask(other)]);
    expect(many.executions()).toBe(2);
  });

  it.each([
    ['another text', { text: '{ id  }' }],
    ['other variables', { variables: { id: '2' } }],
    ['variables that JSON can not tell apart', { variables: { id: Infinity } }],
    ['another read of the same state', { state: { ...STATE } }],
  ])('share nothing with %s', async (_, other) => {
    const many = subscribers(() => 0);
    await all([many.ask({}), many.ask({}, other), many.ask({}, { variables: { id: null } })]);
    expect(many.executions()).toBe(3);
  });

  it('are told of errors each in his own words', async () => {
    const many = subscribers(() => 0, [new GraphQLError('broken')]);
    const asked = [many.ask(ANN), many.ask(BOB)];
    await all(asked);
    expect(many.executions()).toBe(1);
    expect(asked.map(({ taken }) => taken[0]?.serialized)).toEqual([null, null]);
  });

  it('get nothing once they have left', async () => {
    const many = subscribers(() => 0);
    const [gone, stays] = [many.ask(ANN), many.ask(BOB)];
    gone.subscriber.isOver = true;
    await all([stays]);
    expect(gone.taken).toEqual([]);
  });

  it('have what nobody waits for any more ended, and not before', async () => {
    const never = Promise.withResolvers<never>();
    const signals: AbortSignal[] = [];
    const many = subscribers(({ signal }) => {
      signals.push(signal);
      return never.promise;
    });
    const [first, second] = [many.ask(ANN), many.ask(BOB)];
    first.leave();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    second.leave();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    // Whoever comes now gets what is made for him.
    many.ask(ANN);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });
});
