/**
 * Subscribers over both transports. Each follow is one subscription to one execution: it must be told versions that rise,
 * exactly one final state, and then the end. A standing one is told of everything of its tenant that ends.
 */
import { request, type ClientRequest } from 'node:http';

import { WebSocket } from 'ws';

import type { Ledger, Told } from './ledger.ts';
import { FOLLOW, type FollowField, STANDING } from './requests.ts';

export type Transport = 'websocket' | 'eventStream';

export interface FollowListener {
  /** The final state has come; `lagMs`: since the instant at which it was stored. */
  told(transport: Transport, lagMs: number, told: Told): void;
  failed(what: string): void;
}

/** One subscription of one execution. */
export class Follow {
  readonly id: string;
  readonly field: FollowField;
  readonly since = Date.now();
  readonly ended: Promise<void>;
  isOver = false;
  #version = -1;
  #finals = 0;
  readonly #end: () => void;
  readonly #ledger: Ledger;
  readonly #listener: FollowListener;

  constructor(id: string, field: FollowField, ledger: Ledger, listener: FollowListener) {
    const { promise, resolve } = Promise.withResolvers<void>();
    [this.id, this.field, this.ended, this.#end] = [id, field, promise, resolve];
    [this.#ledger, this.#listener] = [ledger, listener];
  }

  take(payload: { data?: Record<string, Told> | null; errors?: unknown }, transport: Transport): void {
    const told = payload.data?.[this.field];
    if (!told) return this.fail(`subscription answered ${JSON.stringify(payload).slice(0, 200)}`);
    if (told.id !== this.id) this.#ledger.violate(`${this.id} was told of ${told.id}`);
    if (told.version <= this.#version)
      this.#ledger.violate(`${this.id} was told version ${told.version} after ${this.#version}`);
    if (this.#finals > 0) this.#ledger.violate(`${this.id} was told again after its end`);
    if (this.field === 'usageExecutionFinished' && !told.done)
      this.#ledger.violate(`${this.id} was told as finished while ${told.status}`);
    this.#version = told.version;
    if (!told.done) return;
    this.#finals += 1;
    this.#ledger.ended(told);
    // Told late on purpose, to one that came after the end, is no lag.
    const finishedAt = Date.parse(told.finishedAt ?? '');
    if (finishedAt > this.since) this.#listener.told(transport, Date.now() - finishedAt, told);
  }

  complete(): void {
    if (this.#finals !== 1)
      this.#ledger.violate(`${this.id} completed after ${this.#finals} final states (${this.field})`);
    this.leave();
  }

  fail(what: string): void {
    this.#listener.failed(what);
    this.leave();
  }

  /** Nothing more is expected: it is over, or goes on as another one. */
  leave = (): void => {
    this.isOver = true;
    this.#end();
  };

  get isTold(): boolean {
    return this.#finals > 0;
  }
}

/** How often each execution was told of. */
export class Standing {
  readonly tenant: string;
  readonly transport: Transport;
  since = Infinity;
  forgottenAt = 0;
  readonly counts = new Map<string, number>();
  readonly #past = new Set<string>();
  readonly #ledger: Ledger;

  constructor(tenant: string, transport: Transport, ledger: Ledger) {
    [this.tenant, this.transport, this.#ledger] = [tenant, transport, ledger];
  }

  take(payload: { data?: { usageExecutionsFinished?: Told } | null }): void {
    const told = payload.data?.usageExecutionsFinished;
    if (!told) return this.#ledger.violate(`${this.tenant}: ${JSON.stringify(payload).slice(0, 200)}`);
    if (!told.done) this.#ledger.violate(`${told.id} was told as finished while ${told.status}`);
    if (this.#past.has(told.id))
      this.#ledger.violate(`${this.tenant} was told of ${told.id} long ago, and again`);
    this.counts.set(told.id, (this.counts.get(told.id) ?? 0) + 1);
  }

  /** What has been told so far is looked at no more, and must not come again. */
  forget(): void {
    for (const id of this.counts.keys()) this.#past.add(id);
    this.counts.clear();
    this.forgottenAt = Date.now();
  }

  over(why: string): void {
    this.#ledger.violate(`the ${this.transport} of ${this.tenant} for all that ends has ended: ${why}`);
  }
}

interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: never;
}

/** Several subscriptions of one user on one WebSocket. */
export class SharedSocket {
  readonly #socket: WebSocket;
  readonly #open = new Map<string, Follow | Standing>();
  readonly acknowledged: Promise<void>;
  #count = 0;
  #isLeft = false;

  constructor(url: string, token: string, onLost: (why: string) => void) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.acknowledged = promise;
    promise.catch(() => {});
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      perMessageDeflate: false,
    });
    this.#socket.on('open', () =>
      this.#send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }),
    );
    this.#socket.on('message', (data: Buffer) => this.#take(JSON.parse(data.toString()) as Message, resolve));
    this.#socket.on('error', () => {});
    this.#socket.on('close', (code, reason) => {
      reject(new Error(`closed: ${code}`));
      if (!this.#isLeft) onLost(`${code} ${String(reason)}`);
    });
  }

  async follow(follow: Follow): Promise<void> {
    await this.acknowledged;
    if (!follow.isOver)
      this.#subscribe(follow, { query: FOLLOW[follow.field], variables: { id: follow.id } });
  }

  async stand(standing: Standing): Promise<void> {
    await this.acknowledged;
    this.#subscribe(standing, { query: STANDING });
    standing.since = Date.now();
  }

  /** Cuts the line without a word, as a network does. */
  terminate(): void {
    this.#isLeft = true;
    this.#socket.terminate();
    this.#open.clear();
  }

  #subscribe(what: Follow | Standing, payload: object): void {
    const id = String((this.#count += 1));
    this.#open.set(id, what);
    this.#send({ id, type: 'subscribe', payload });
  }

  #take({ id = '', type, payload }: Message, acknowledge: () => void): void {
    if (this.#isLeft) return;
    if (type === 'connection_ack') return acknowledge();
    if (type === 'ping') return this.#send({ type: 'pong' });
    const what = this.#open.get(id);
    // What has ended stays known: a word after the end would be one too many.
    if (type === 'next') return what?.take(payload ?? {}, 'websocket');
    if (what instanceof Standing) return what.over(JSON.stringify(payload ?? type));
    if (type === 'complete') what?.complete();
    if (type === 'error') what?.fail(`subscription refused ${JSON.stringify(payload).slice(0, 200)}`);
  }

  #send(message: object): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

export interface EventStream {
  /** Cuts the line. */
  terminate(): void;
}

/** One subscription on one event stream. */
export function openEventStream(url: string, token: string, what: Follow | Standing): EventStream {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'text/event-stream',
    'content-type': 'application/json',
  };
  let isLeft = false;
  let isComplete = false;
  const lost = (why: string) => {
    if (isLeft || isComplete) return;
    isLeft = true;
    if (what instanceof Standing) what.over(why);
    else what.fail(`event stream ${why}`);
  };
  const asking: ClientRequest = request(`${url}/graphql/stream`, { method: 'POST', headers, agent: false });
  asking.on('error', ({ message }) => lost(message));
  asking.on('response', (response) => {
    if (response.statusCode !== 200) lost(`answers ${response.statusCode}`);
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const events = (text + chunk).split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const [, kind] = /^event: (\w+)$/m.exec(event) ?? [];
        const [, data = ''] = /^data: (.+)$/m.exec(event) ?? [];
        if (isLeft) return;
        if (kind === 'next') what.take(JSON.parse(data) as never, 'eventStream');
        if (kind !== 'complete') continue;
        isComplete = true;
        if (what instanceof Standing) what.over('complete');
        else what.complete();
      }
    });
    response.on('error', ({ message }) => lost(message));
    response.on('close', () => lost('was closed'));
  });
  const { query, variables } =
    what instanceof Standing
      ? { query: STANDING, variables: {} }
      : { query: FOLLOW[what.field], variables: { id: what.id } };
  asking.end(JSON.stringify({ query, variables }));
  if (what instanceof Standing) what.since = Date.now();
  return {
    terminate() {
      isLeft = true;
      asking.destroy();
    },
  };
}
