/** The users of one generator. Each `perform` is one thing that a user does; it settles when the user has what was wanted. */
import type { Follow, Transport } from './follows.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { type House, newHouse, oneOf, readableOf } from './house.ts';
import type { Kind } from './kinds.ts';
import { Ledger } from './ledger.ts';
import { Lines } from './lines.ts';
import { Reading } from './reading.ts';
import { startOf } from './requests.ts';
import type { Tenant } from './upstream.ts';

/** Of the starts: over WebSocket, over an event stream; the rest looks again by itself. */
const FOLLOWED = { websocket: 0.5, eventStream: 0.2 };
const SOCKETS_PER_TENANT = 2;

export interface PopulationOptions {
  readonly urls: readonly string[];
  readonly tenants: readonly Tenant[];
  /** This generator and how many there are, so that no two start the same by chance. */
  readonly index: number;
  readonly generators: number;
  readonly onLag: (transport: Transport, lagMs: number) => void;
  readonly onError: (what: string) => void;
}

export class Population {
  readonly ledger = new Ledger();
  readonly #options: PopulationOptions;
  readonly #clients: readonly HttpClient[];
  readonly #houses: readonly House[];
  readonly #lines: Lines;
  readonly #reading: Reading;
  #turn = 0;

  constructor(options: PopulationOptions) {
    const { urls, tenants, onLag, onError } = options;
    this.#options = options;
    this.#clients = urls.map((url) => createHttpClient(url));
    this.#houses = tenants.map(newHouse);
    this.#lines = new Lines({ urls, ledger: this.ledger, onLag, onError });
    this.#reading = new Reading(urls, this.#clients, this.ledger);
  }

  /** Opens the lines that stay, and starts what can be read from the beginning. */
  async settle(startsPerTenant: number): Promise<void> {
    for (const house of this.#houses) {
      for (let i = 0; i < SOCKETS_PER_TENANT; i += 1) this.#lines.open(house);
      await this.#lines.stand(house);
    }
    for (let i = 0; i < startsPerTenant; i += 1)
      await Promise.all(this.#houses.map((house) => this.#start(house, 'websocket')));
    await this.drained(60_000);
  }

  /** Everything that was followed has been told, or the time is over; what is left was lost. */
  async drained(withinMs: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(resolve, withinMs, true);
    for (let follow = first(this.#lines.follows); follow; follow = first(this.#lines.follows)) {
      const isLate = await Promise.race([follow.ended.then(() => false), late]);
      if (!isLate) continue;
      this.ledger.violate(`${follow.id} was not told of within ${withinMs} ms after the last start`);
      follow.leave();
    }
    clearTimeout(timer);
  }

  standing() {
    return this.#houses.flatMap(({ standing }) =>
      standing.map(({ tenant, transport, since, forgottenAt, counts }) => ({
        tenant,
        transport,
        since,
        forgottenAt,
        counts: [...counts],
      })),
    );
  }

  forgetStanding(): void {
    for (const { standing } of this.#houses) for (const each of standing) each.forget();
  }

  /** Only what stays is left open. */
  rest(): void {
    for (const client of this.#clients) client.rest();
  }

  stop(): void {
    this.#lines.stop(this.#houses);
    for (const client of this.#clients) client.close();
  }

  /** False: there was nothing to do it with yet. */
  async perform(kind: Kind): Promise<boolean> {
    this.#turn += 1;
    const house = this.#houses[this.#turn % this.#houses.length];
    if (!house) return false;
    switch (kind) {
      case 'start':
        await this.#start(house, transportByLuck());
        return true;
      case 'join':
        return this.#join(house);
      case 'page':
        return this.#reading.page(house);
      case 'list':
        await this.#reading.list(house);
        return true;
      case 'cancel':
        return this.#reading.cancel(house);
      case 'reconnect':
        return this.#lines.reconnect(house);
      case 'foreign':
        return this.#foreign(house);
      case 'status':
      case 'sorted':
      case 'groups':
      case 'totals':
      case 'export':
      case 'lateWebSocket':
      case 'lateEventStream':
        return this.#read(kind, house);
    }
  }

  async #read(
    kind: 'status' | 'sorted' | 'groups' | 'totals' | 'export' | 'lateWebSocket' | 'lateEventStream',
    house: House,
  ): Promise<boolean> {
    const of = readableOf(house);
    if (!of) return false;
    if (kind === 'lateWebSocket') await this.#lines.follow(house, of.id, 'websocket').ended;
    else if (kind === 'lateEventStream') await this.#lines.follow(house, of.id, 'eventStream').ended;
    else await this.#reading[kind](house, of);
    return true;
  }

  async #start(house: House, transport: Transport | null): Promise<void> {
    const n = house.count * this.#options.generators + this.#options.index;
    house.count += 1;
    const { id } = await this.#startNumber(house, n);
    house.last = { n, id };
    if (transport) this.#lines.follow(house, id, transport);
  }

  async #join(house: House): Promise<boolean> {
    const { last } = house;
    if (!last) return false;
    const { id, source } = await this.#startNumber(house, last.n);
    // One that is canceled meanwhile is started again, and rightly.
    if (house.canceled.has(last.id)) return true;
    this.ledger.expectEqual(`the same start as ${last.id}, ${source},`, id, last.id);
    if (source === 'FRESH') this.ledger.violate(`${id} was started although it was there`);
    return true;
  }

  async #startNumber(house: House, n: number): Promise<{ id: string; source: string }> {
    const { field, body } = startOf(n, house.tenant);
    const data = await this.#reading.ask<Record<string, Payload>>(house, body);
    const { execution, source, userErrors } = data[field] ?? {};
    if (!execution) throw new Error(`refused: ${JSON.stringify(userErrors)}`);
    this.ledger.acknowledge(house.tenant.name, execution.id);
    if (!execution.done) house.running.set(execution.id, Date.now());
    return { id: execution.id, source: source ?? '' };
  }

  async #foreign(house: House): Promise<boolean> {
    const other = oneOf(this.#houses.filter((each) => each !== house));
    return other ? this.#reading.foreign(house, other) : false;
  }
}

interface Payload {
  readonly execution?: { readonly id: string; readonly done: boolean } | null;
  readonly source?: string;
  readonly userErrors?: readonly unknown[];
}

function first(follows: ReadonlySet<Follow>): Follow | undefined {
  return follows.values().next().value;
}

function transportByLuck(): Transport | null {
  const luck = Math.random();
  if (luck < FOLLOWED.websocket) return 'websocket';
  return luck < FOLLOWED.websocket + FOLLOWED.eventStream ? 'eventStream' : null;
}
