/** The lines that users hold open, and what becomes of their subscriptions when one is cut. */
import {
  type EventStream,
  Follow,
  type FollowListener,
  openEventStream,
  SharedSocket,
  Standing,
  type Transport,
} from './follows.ts';
import { addReadable, type House, type Line, oneOf, tokenOf } from './house.ts';
import type { Ledger } from './ledger.ts';

export interface LinesOptions {
  readonly urls: readonly string[];
  readonly ledger: Ledger;
  readonly onLag: (transport: Transport, lagMs: number) => void;
  readonly onError: (what: string) => void;
}

/** As a client's library waits before it connects again. */
const AGAIN_AFTER_MS = 500;

export class Lines {
  /** All that wait. */
  readonly follows = new Set<Follow>();
  readonly #options: LinesOptions;
  readonly #staying = new Set<EventStream>();
  #turn = 0;

  constructor(options: LinesOptions) {
    this.#options = options;
  }

  open(house: House): void {
    const line: Line = {
      isReconnecting: false,
      follows: new Set(),
      socket: this.#openSocket(house, () => line),
    };
    house.lines.push(line);
  }

  /** Two that are told of everything that ends, one by each transport. */
  async stand(house: House): Promise<void> {
    const { ledger } = this.#options;
    const webSocket = new Standing(house.tenant.name, 'websocket', ledger);
    const socket = new SharedSocket(this.#url(), tokenOf(house), (why) => webSocket.over(why));
    await socket.stand(webSocket);
    this.#staying.add({ terminate: () => socket.terminate() });
    const eventStream = new Standing(house.tenant.name, 'eventStream', ledger);
    this.#staying.add(openEventStream(this.#url(), tokenOf(house), eventStream));
    house.standing.push(webSocket, eventStream);
  }

  follow(house: House, id: string, transport: Transport): Follow {
    this.#turn += 1;
    const field = this.#turn % 2 === 0 ? 'usageExecutionFinished' : 'usageExecutionUpdated';
    const follow = this.#enter(new Follow(id, field, this.#options.ledger, this.#listenerOf(house)));
    if (transport === 'websocket') {
      const line = oneOf(house.lines);
      if (line) followOn(line, follow);
    } else {
      const stream = openEventStream(this.#url(), tokenOf(house), follow);
      this.#staying.add(stream);
      void follow.ended.then(() => this.#staying.delete(stream));
    }
    return follow;
  }

  /** Cuts one, and settles when the next one is acknowledged. False: all are being made anew. */
  async reconnect(house: House): Promise<boolean> {
    const line = house.lines.find(({ isReconnecting }) => !isReconnecting);
    if (!line) return false;
    line.isReconnecting = true;
    // In turns.
    house.lines.push(...house.lines.splice(house.lines.indexOf(line), 1));
    this.#openAgain(house, line);
    await line.socket.acknowledged.finally(() => (line.isReconnecting = false));
    return true;
  }

  stop(houses: readonly House[]): void {
    for (const { lines } of houses) for (const { socket } of lines) socket.terminate();
    for (const staying of this.#staying) staying.terminate();
  }

  #url(): string {
    return oneOf(this.#options.urls) ?? '';
  }

  #enter(follow: Follow): Follow {
    this.follows.add(follow);
    void follow.ended.then(() => this.follows.delete(follow));
    return follow;
  }

  #listenerOf(house: House): FollowListener {
    return {
      told: (transport, lagMs, { id, status, rows }) => {
        this.#options.onLag(transport, lagMs);
        house.running.delete(id);
        if (status === 'SUCCEEDED') addReadable(house, id, rows.totalCount);
      },
      failed: this.#options.onError,
    };
  }

  #openSocket(house: House, lineOf: () => Line): SharedSocket {
    return new SharedSocket(this.#url(), tokenOf(house), (why) => {
      this.#options.onError(`socket closed ${why}`);
      setTimeout(() => this.#openAgain(house, lineOf()), AGAIN_AFTER_MS).unref();
    });
  }

  #openAgain(house: House, line: Line): void {
    const waiting = [...line.follows].filter((follow) => !follow.isOver);
    line.follows.clear();
    line.socket.terminate();
    line.socket = this.#openSocket(house, () => line);
    for (const follow of waiting) {
      // What was told before the cut need not be asked for again.
      if (follow.isTold) follow.leave();
      else this.#followAgain(house, line, follow);
    }
  }

  #followAgain(house: House, line: Line, { id, field, leave }: Follow): void {
    const again = this.#enter(new Follow(id, field, this.#options.ledger, this.#listenerOf(house)));
    followOn(line, again);
    void again.ended.then(leave);
  }
}

function followOn(line: Line, follow: Follow): void {
  line.follows.add(follow);
  void follow.ended.then(() => line.follows.delete(follow));
  // On a line that is cut before it was open: whoever opens the next one takes it along.
  line.socket.follow(follow).catch(() => {});
}
