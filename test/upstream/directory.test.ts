import { describe, expect, it } from '@jest/globals';
import { createUpstreamDirectory } from '../../src/upstream/directory.js';
import { createUpstreamHttp } from '../../src/upstream/http.js';
import {
  always,
  type ReceivedRequest,
  type Script,
  sendJson,
  withScriptedServer,
} from '../support/scripted-server.js';

const { signal } = new AbortController();
type Directory = ReturnType<typeof createUpstreamDirectory>;

function ask<T>(script: Script, question: (directory: Directory) => Promise<T>) {
  return withScriptedServer(script, async ({ url, received }) => {
    const answer = await question(createUpstreamDirectory(createUpstreamHttp({ baseUrl: url })));
    return {
      answer,
      sent: received.map(({ path, query }) => (query.size > 0 ? `${path}?${query.toString()}` : path)),
    };
  });
}

const client = (id: string) => ({ id, name: `Client ${id}`, secret: 'do-not-leak', scope: ['x'] });
const named = (id: string) => ({ id, name: `Client ${id}` });
const list = (directory: Directory) => directory.oauthClients('token', signal);

/** Serves so many pages of two clients each. */
function pages(count: number, link: (page: number) => object): Script {
  return ({ query }: ReceivedRequest, response) => {
    const page = Number(query.get('pageNumber') ?? 1);
    const entities = page > count ? [] : [client(`a${page}`), client(`b${page}`)];
    sendJson(response, 200, { entities, pageNumber: page, ...link(page) });
  };
}

describe('oauthClients', () => {
  it('gives id and name of each client, never its secret', async () => {
    const { answer, sent } = await ask(
      always(200, { entities: [client('a'), client('b'), { name: 'x' }, 7] }),
      list,
    );
    expect(answer).toEqual([named('a'), named('b')]);
    expect(JSON.stringify(answer)).not.toContain('do-not-leak');
    expect(sent).toEqual(['/api/v2/oauth/clients']);
  });

  it('reads on while pageCount says that there is more', async () => {
    const { answer, sent } = await ask(
      pages(3, () => ({ pageCount: 3 })),
      list,
    );
    expect(answer.map(({ id }) => id)).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
    const path = '/api/v2/oauth/clients';
    expect(sent).toEqual([path, `${path}?pageNumber=2`, `${path}?pageNumber=3`]);
  });

  it('reads on while there is a link, of which not even the host is used', async () => {
    const script = pages(2, (page) => (page < 2 ? { nextUri: 'https://evil.example/x?pageNumber=9' } : {}));
    const { answer } = await ask(script, list);
    expect(answer.map(({ id }) => id)).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  it('stops at a server that sends the same page again and again', async () => {
    const { answer, sent } = await ask(always(200, { entities: [client('a')], nextUri: '/next' }), list);
    expect(answer).toEqual([named('a')]);
    expect(sent).toHaveLength(2);
  });

  it('says that it is forbidden', async () => {
    await expect(ask(always(403, {}), list)).rejects.toMatchObject({ kind: 'FORBIDDEN' });
  });
});

describe('oauthClientsById', () => {
  const find = (ids: string[]) => (directory: Directory) => directory.oauthClientsById(ids, 'token', signal);

  it('asks for one client by its id', async () => {
    const { answer, sent } = await ask(always(200, client('a')), find(['a', 'a']));
    expect(answer).toEqual(new Map([['a', named('a')]]));
    expect(sent).toEqual(['/api/v2/oauth/clients/a']);
  });

  it('picks forty clients from the list with one call, and nothing that was not asked for', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `c${i}`);
    const entities = [...ids.toReversed(), 'other'].map(client);
    const { answer, sent } = await ask(always(200, { entities }), find([...ids, 'unknown']));
    expect([...answer.keys()].toSorted()).toEqual(ids.toSorted());
    expect(answer.get('c7')).toEqual(named('c7'));
    expect(sent).toEqual(['/api/v2/oauth/clients']);
  });

  it('reads no further page when all were found', async () => {
    const { answer, sent } = await ask(
      pages(5, () => ({ pageCount: 5 })),
      find(['b1', 'a2']),
    );
    expect([...answer.keys()]).toEqual(['b1', 'a2']);
    expect(sent).toHaveLength(2);
  });

  it.each([403, 404, 400])('gives none when upstream refuses with %i', async (status) => {
    expect((await ask(always(status, {}), find(['a', 'b']))).answer).toEqual(new Map());
    expect((await ask(always(status, {}), find(['a']))).answer).toEqual(new Map());
  });

  it.each([401, 429, 500])('fails with %i, which says nothing about names', async (status) => {
    await expect(ask(always(status, {}), find(['a', 'b']))).rejects.toMatchObject({ status });
  });

  it('asks nobody about nothing, or about ids that none are', async () => {
    const { answer, sent } = await ask(always(200, {}), find(['../x', '']));
    expect(answer.size).toBe(0);
    expect(sent).toEqual([]);
  });
});

describe('usersById', () => {
  const find = (ids: string[]) => (directory: Directory) => directory.usersById(ids, 'token', signal);

  it('asks for many users at once, also for those who have left', async () => {
    const { answer, sent } = await ask(
      always(200, { entities: [{ id: 'u2', name: 'Two', email: 'x' }, { id: 'u9' }] }),
      find(['u1', 'u2']),
    );
    expect(answer).toEqual(new Map([['u2', { id: 'u2', name: 'Two' }]]));
    expect(sent).toEqual(['/api/v2/users?id=u1&id=u2&pageSize=100&state=any']);
  });

  it('asks for 250 users with three calls', async () => {
    const ids = Array.from({ length: 250 }, (_, i) => `u${i}`);
    const script: Script = ({ query }, response) =>
      sendJson(response, 200, { entities: query.getAll('id').map((id) => ({ id, name: id })) });
    const { answer, sent } = await ask(script, find(ids));
    expect([...answer.keys()].toSorted()).toEqual(ids.toSorted());
    expect(sent).toHaveLength(3);
  });

  it('gives none when it is forbidden', async () => {
    expect((await ask(always(403, {}), find(['u1']))).answer.size).toBe(0);
  });
});
