/**
 * A receiver of OpenTelemetry traces: an HTTP server that reads what an exporter sends (OTLP, protobuf) by the numbers of
 * the published `.proto` files, so that what is tested is the bytes, not the library that wrote them.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: it has none. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly startedAt: bigint;
  readonly endedAt: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** 2: an error. */
  readonly statusCode: number;
  readonly statusMessage: string;
  /** Of the process that sent it. */
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface OtlpReceiver {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  readonly requests: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** All that was sent, as it came. */
  readonly bytes: () => Buffer;
  stop(): Promise<void>;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const accept: Answer = (_, response) => response.writeHead(200).end();

/** `answer`: for a receiver that does not do what it should. */
export async function startOtlpReceiver(answer: Answer = accept): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const bodies: Buffer[] = [];
  const requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    const receive = async () => {
      const body = await buffer(request);
      bodies.push(body);
      requests.push({ path: request.url ?? '', headers: request.headers });
      spans.push(...toSpans(body));
      answer(request, response);
    };
    receive().catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    bytes: () => Buffer.concat(bodies),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Field number and value: a number, eight bytes, or a piece of the message. */
type Field = readonly [number, bigint | Buffer];

function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = Number(varint());
    const [number, type] = [key >> 3, key & 7];
    if (type === 0) yield [number, varint()];
    else if (type === 1 || type === 5) {
      const size = type === 1 ? 8 : 4;
      yield [number, size === 8 ? message.readBigUInt64LE(at) : BigInt(message.readUInt32LE(at))];
      at += size;
    } else if (type === 2) {
      const length = Number(varint());
      if (at + length > message.length) throw new Error('a message that is cut off');
      yield [number, message.subarray(at, at + length)];
      at += length;
    } else throw new Error(`wire type ${type}`);
  }
}

function all(message: Buffer, wanted: number): Buffer[] {
  return [...fieldsOf(message)].filter(([number]) => number === wanted).map(([, value]) => value as Buffer);
}

/** ExportTraceServiceRequest > ResourceSpans > ScopeSpans > Span */
function toSpans(request: Buffer): ReceivedSpan[] {
  return all(request, 1).flatMap((resourceSpans) => {
    const resource = attributesOf(all(resourceSpans, 1).flatMap((one) => all(one, 1)));
    return all(resourceSpans, 2).flatMap((scope) => all(scope, 2).map((span) => toSpan(span, resource)));
  });
}

function toSpan(span: Buffer, resource: ReceivedSpan['resource']): ReceivedSpan {
  const fields = new Map(fieldsOf(span));
  const bytes = (number: number) => (fields.get(number) as Buffer | undefined) ?? Buffer.alloc(0);
  const status = new Map(fieldsOf(bytes(15)));
  return {
    traceId: bytes(1).toString('hex'),
    spanId: bytes(2).toString('hex'),
    parentSpanId: bytes(4).toString('hex'),
    name: bytes(5).toString(),
    kind: Number(fields.get(6)),
    startedAt: fields.get(7) as bigint,
    endedAt: fields.get(8) as bigint,
    attributes: attributesOf(all(span, 9)),
    links: all(span, 13).map((link) => {
      const [[traceId], [spanId]] = [all(link, 1), all(link, 2)];
      return { traceId: traceId?.toString('hex') ?? '', spanId: spanId?.toString('hex') ?? '' };
    }),
    statusCode: Number(status.get(3) ?? 0),
    statusMessage: String(status.get(2) ?? ''),
    resource,
  };
}

function attributesOf(pairs: readonly Buffer[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const fields = new Map(fieldsOf(pair));
      return [String(fields.get(1)), valueOf(fields.get(2) as Buffer)];
    }),
  );
}

function valueOf(any: Buffer): unknown {
  const [field] = fieldsOf(any);
  if (!field) return null;
  const [number, value] = field;
  if (number === 1) return String(value);
  if (number === 2) return value === 1n;
  return number === 3 ? Number(value) : value;
}
