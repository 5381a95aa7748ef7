/**
 * Requests over bare sockets that stay open, since the generator shares the machine with what it loads. When all are busy a
 * request waits here, and its latency counts from when it was due.
 */
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface HttpClient {
  post(token: string, body: string): Promise<Answer>;
  /** Closes the sockets on which nothing is under way. */
  rest(): void;
  close(): void;
}

interface Waiting {
  readonly request: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

const LONGEST_IDLE_MS = 20_000;
const HEAD_END = Buffer.from('\r\n\r\n');

/** @param most sockets at the same time: enough that the server's queues are what fills */
export function createHttpClient(url: string, most = 256): HttpClient {
  const { hostname, port } = new URL(url);
  const idle: Line[] = [];
  const all = new Set<Line>();
  const queue: Waiting[] = [];
  const next = (line: Line) => {
    const waiting = queue.shift();
    if (waiting) line.send(waiting);
    else {
      line.idleSince = performance.now();
      idle.push(line);
    }
  };
  const gone = (line: Line) => {
    all.delete(line);
    const place = idle.indexOf(line);
    if (place >= 0) idle.splice(place, 1);
  };
  const send = (waiting: Waiting) => {
    // The server would close it some day, perhaps just when something is being sent.
    while (idle[0] && idle[0].idleSince < performance.now() - LONGEST_IDLE_MS) idle.shift()?.close();
    const line = idle.pop();
    if (line) return line.send(waiting);
    if (all.size >= most) return void queue.push(waiting);
    const opened = new Line(connect(Number(port), hostname), next, gone);
    all.add(opened);
    opened.send(waiting);
  };
  return {
    post: (token, body) =>
      new Promise((resolve, reject) => send({ request: toRequest(hostname, token, body), resolve, reject })),
    rest: () => idle.splice(0).forEach((line) => line.close()),
    close: () => all.forEach((line) => line.close()),
  };
}

function toRequest(host: string, token: string, body: string): string {
  return (
    `POST /graphql HTTP/1.1\r\nhost: ${host}\r\naccept: application/json\r\nauthorization: Bearer ${token}\r\n` +
    `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

/** One socket with one request at a time. */
class Line {
  idleSince = 0;
  #waiting: Waiting | undefined;
  #chunks: Buffer[] = [];
  #status = 0;
  /** Bytes of the body still to come; -1: the head has not come whole. */
  #left = -1;

  readonly #socket: Socket;
  readonly #done: (line: Line) => void;

  constructor(socket: Socket, done: (line: Line) => void, gone: (line: Line) => void) {
    this.#socket = socket;
    this.#done = done;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      gone(this);
      this.#waiting?.reject(new Error('the connection was closed'));
    });
  }

  send(waiting: Waiting): void {
    this.#waiting = waiting;
    this.#left = -1;
    this.#chunks = [];
    this.#socket.write(waiting.request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    if (this.#left >= 0) this.#left -= chunk.length;
    else this.#readHead();
    if (this.#left !== 0) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status: this.#status, text: Buffer.concat(this.#chunks).toString() });
    this.#done(this);
  }

  #readHead(): void {
    const sofar = Buffer.concat(this.#chunks);
    const end = sofar.indexOf(HEAD_END);
    if (end < 0) return;
    const head = sofar.toString('latin1', 0, end);
    this.#status = Number(head.slice(9, 12));
    const body = sofar.subarray(end + HEAD_END.length);
    this.#chunks = [body];
    this.#left = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? NaN) - body.length;
    // Nothing is sent in pieces but exports, which go another way.
    if (Number.isNaN(this.#left)) this.#socket.destroy();
  }
}
