/**
 * What each variable of the environment means, for people: `.env.example` and `docs/configuration.md` are written from
 * this and from the parser, which knows the defaults and what is allowed. A variable that the parser reads and that is
 * not explained here does not compile.
 */
import type { EnvironmentVariable } from './config.js';

export interface Setting {
  /** One paragraph, with Markdown's backticks for names. */
  readonly meaning: string;
  /** Of a number. */
  readonly unit?: string;
  /** Without which it is refused, so that nobody takes it for working. */
  readonly needs?: string;
  /** What it means to leave it out, where it has no default. */
  readonly otherwise?: string;
}

export interface SettingGroup {
  readonly title: string;
  readonly about?: string;
  readonly names: readonly EnvironmentVariable[];
}

/** In the order in which they are shown; each variable stands in one group. */
export const SETTING_GROUPS: readonly SettingGroup[] = [
  { title: 'Where the service listens', names: ['HOST', 'PORT', 'TRUST_PROXY', 'DRAIN_MS'] },
  { title: 'Where executions and their rows are kept', names: ['DATABASE_URL', 'DATA_DIR'] },
  { title: 'How nodes tell each other of changes', names: ['REDIS_URL'] },
  {
    title: 'Upstream',
    about: 'With none of these a simulated upstream starts inside.',
    names: [
      'GENESYS_REGION',
      'GENESYS_API_URL',
      'GENESYS_LOGIN_URL',
      'GENESYS_CLIENT_ID',
      'GENESYS_CLIENT_SECRET',
    ],
  },
  {
    title: 'Who may call',
    names: [
      'AUTH_MODE',
      'JWT_JWKS_URL',
      'JWT_ISSUER',
      'JWT_AUDIENCE',
      'JWT_ALGORITHMS',
      'JWT_CLOCK_TOLERANCE_SECONDS',
      'JWT_ORGANIZATION_CLAIM',
      'JWT_SUBJECT_CLAIM',
      'JWT_NAME_CLAIM',
      'JWT_PERMISSIONS_CLAIM',
      'JWT_CLIENT_CLAIM',
      'TOKEN_ENCRYPTION_KEY',
    ],
  },
  {
    title: 'How upstream is polled',
    names: [
      'POLL_INITIAL_MS',
      'POLL_MAX_MS',
      'POLL_CALL_COST_MS',
      'POLL_BUDGET_PER_MINUTE',
      'EXECUTION_DEADLINE_MS',
      'LEASE_MS',
    ],
  },
  { title: 'Results', names: ['RESULT_TTL_HOURS', 'MAX_RESULT_ROWS', 'DATA_DAY_BOUNDARY'] },
  { title: 'Browsers', names: ['ALLOWED_ORIGINS', 'GRAPHIQL', 'INTROSPECTION', 'NODE_ENV'] },
  {
    title: 'Limits',
    about: 'Each node counts for itself. 0: no limit.',
    names: ['RATE_LIMIT_PER_MINUTE', 'MAX_CONNECTIONS_PER_IDENTITY', 'MAX_CONNECTIONS_PER_ADDRESS'],
  },
  {
    title: 'What one operation may ask for',
    about: 'docs/limits.md explains each.',
    names: [
      'MAX_QUERY_TOKENS',
      'MAX_QUERY_DEPTH',
      'MAX_QUERY_ALIASES',
      'MAX_QUERY_ROOT_FIELDS',
      'MAX_QUERY_COST',
      'TRUSTED_DOCUMENTS',
    ],
  },
  { title: 'Metrics', names: ['METRICS'] },
  { title: 'Logs', names: ['LOG_LEVEL'] },
  {
    title: 'Traces',
    about: 'Off without the first. docs/tracing.md tells what is exported.',
    names: [
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_EXPORTER_OTLP_HEADERS',
      'OTEL_SERVICE_NAME',
      'OTEL_RESOURCE_ATTRIBUTES',
      'OTEL_TRACES_SAMPLER',
      'OTEL_TRACES_SAMPLER_ARG',
      'TRACE_UPSTREAM',
    ],
  },
];

const MS = 'milliseconds';
const JWT_MODE = 'AUTH_MODE=jwt';

export const SETTINGS: Readonly<Record<EnvironmentVariable, Setting>> = {
  HOST: {
    meaning: 'Address to listen at. `0.0.0.0` or `::` makes the service reachable from other machines.',
  },
  PORT: { meaning: 'Port to listen at; 0: any free one.' },
  DRAIN_MS: {
    meaning: 'For how long a node that was asked to stop goes on answering, while `/health/ready` says 503.',
    unit: MS,
    otherwise: '3000 when somebody has asked `/health/ready` within the last 15 s, else 0.',
  },
  DATABASE_URL: {
    meaning: 'PostgreSQL 14 or newer. Nodes that share a database share executions, results and budgets.',
    otherwise: 'an embedded PostgreSQL in `DATA_DIR`.',
  },
  DATA_DIR: { meaning: 'Folder of the embedded PostgreSQL and of the simulated upstream.' },
  REDIS_URL: {
    meaning:
      'Redis 6 or newer (`redis://`, or `rediss://` for TLS), by which nodes tell each other that an execution has changed: ' +
      'for many nodes and thousands of changes a second (docs/operating.md#redis). It holds ids and versions for a moment and ' +
      'keeps nothing.',
    otherwise: 'the database tells.',
  },
  GENESYS_REGION: { meaning: 'Region of your Genesys Cloud organization.' },
  GENESYS_API_URL: {
    meaning: "In place of a region (a gateway, a test): the API's address. Both addresses or neither.",
  },
  GENESYS_LOGIN_URL: {
    meaning: "In place of a region: the login's address, for the service's own client.",
  },
  GENESYS_CLIENT_ID: {
    meaning: "The service's own OAuth client (client credentials): upstream is called with it.",
    otherwise: "upstream is called with the caller's token.",
  },
  GENESYS_CLIENT_SECRET: { meaning: 'Its secret. Both or neither.' },
  AUTH_MODE: {
    meaning:
      '`genesys`: callers bring a Genesys Cloud token, which is looked up upstream. `jwt`: they bring a token of an issuer ' +
      "of your own, which is verified here (docs/authentication.md); needs the service's own OAuth client, except with " +
      'the simulated upstream.',
    otherwise: 'genesys.',
  },
  JWT_JWKS_URL: {
    meaning: 'Where the issuer publishes its keys. Redirects are not followed.',
    otherwise: 'the service does not start.',
    needs: JWT_MODE,
  },
  JWT_ISSUER: {
    meaning: "What the token's `iss` must be, to the letter.",
    otherwise: 'the service does not start.',
    needs: JWT_MODE,
  },
  JWT_AUDIENCE: {
    meaning: "What the token's `aud` must be or hold.",
    otherwise: 'the service does not start.',
    needs: JWT_MODE,
  },
  JWT_ALGORITHMS: { meaning: 'By which a token may be signed, separated by commas.', needs: JWT_MODE },
  JWT_CLOCK_TOLERANCE_SECONDS: {
    meaning: 'For clocks that differ: so long after its end a token is still good.',
    unit: 'seconds',
    needs: JWT_MODE,
  },
  JWT_ORGANIZATION_CLAIM: {
    meaning:
      "Claim with the organization, which must be the id of the service's own organization in Genesys Cloud. In each " +
      'of these names a dot leads into a nested claim (`realm_access.roles`); a claim with the whole name comes first ' +
      '(`https://example.com/roles`).',
    needs: JWT_MODE,
  },
  JWT_SUBJECT_CLAIM: { meaning: 'Claim with the id of the person or the program.', needs: JWT_MODE },
  JWT_NAME_CLAIM: { meaning: 'Claim with the display name.', needs: JWT_MODE },
  JWT_PERMISSIONS_CLAIM: {
    meaning:
      "Claim with the permissions: a list, or one text with spaces between, of upstream's permissions, wildcards included.",
    needs: JWT_MODE,
  },
  JWT_CLIENT_CLAIM: {
    meaning: 'Claim with the client through which the token was issued; falls back to `azp`.',
    needs: JWT_MODE,
  },
  TOKEN_ENCRYPTION_KEY: {
    meaning:
      "Keeps callers' tokens at rest, sealed with AES-256-GCM, while an execution needs them, so that polling survives " +
      'a restart and every node can go on with it. 32 bytes in base64 (`openssl rand -base64 32`), or several as ' +
      '`id:base64,id2:base64`, of which the first one seals and all open; a key without an id is called `default`. To ' +
      'change it: add the new one behind the old one on all nodes (`default:old,2027:new`), then put it first, and take ' +
      'the old one out when `EXECUTION_DEADLINE_MS` has passed.',
    otherwise:
      'tokens are held in memory alone. When the node that holds one ends, its executions wait (`delay.reason`: ' +
      '`CREDENTIALS`) until somebody who may see them comes back with a token, or for their deadline.',
  },
  POLL_INITIAL_MS: { meaning: 'Shortest wait between two polls of one execution.', unit: MS },
  POLL_MAX_MS: { meaning: 'Longest wait between two polls of one execution.', unit: MS },
  POLL_CALL_COST_MS: {
    meaning:
      'How much waiting for a result one request to upstream is worth: less asks more often. When polls come is learned ' +
      'from finished queries of the same kind.',
    unit: MS,
  },
  POLL_BUDGET_PER_MINUTE: {
    meaning:
      'Requests for each token, over all nodes. Upstream allows 300, shared with everything else that uses the token; ' +
      'what does not fit is put off.',
    unit: 'requests a minute',
  },
  EXECUTION_DEADLINE_MS: {
    meaning:
      'How long upstream may take before the execution is `TIMED_OUT`; also for how long it waits for a token, and then ' +
      'is `FAILED`.',
    unit: MS,
  },
  LEASE_MS: {
    meaning:
      "For how long one node alone works on an execution; a dead node's work is taken over after that.",
    unit: MS,
  },
  RESULT_TTL_HOURS: {
    meaning: 'How long a finished execution and its rows are kept; a day at least.',
    unit: 'hours',
  },
  MAX_RESULT_ROWS: { meaning: 'Rows kept of one result at most; more set `truncated`.', unit: 'rows' },
  DATA_DAY_BOUNDARY: { meaning: 'UTC time of day from which upstream serves the day before.' },
  ALLOWED_ORIGINS: {
    meaning:
      'Origins (scheme, host, port), separated by commas, whose pages may ask, by any door. Our own always may. `*`: any ' +
      'page may, without credentials (there are no cookies here; a page needs a token).',
    otherwise: 'our own alone.',
  },
  GRAPHIQL: {
    meaning: 'The page for people at `/graphiql`.',
    otherwise: 'off when `NODE_ENV=production`, else on.',
  },
  INTROSPECTION: {
    meaning: 'Whether the schema can be asked for, and errors may name what a request did not hold.',
    otherwise: 'off when `NODE_ENV=production`, else on.',
  },
  NODE_ENV: {
    meaning: '`production` turns the page and introspection off where they are not set.',
    otherwise: 'both are on.',
  },
  RATE_LIMIT_PER_MINUTE: {
    meaning:
      'Queries, mutations, subscriptions and exports of one caller; five times as many from one address. Beyond it: 429 ' +
      'with `Retry-After`, or an error of the operation, with the code `RATE_LIMITED`. Where it is not 0, 300 refused ' +
      'tokens in a minute from one address are the most, too.',
    unit: 'operations a minute',
  },
  MAX_CONNECTIONS_PER_IDENTITY: {
    meaning: 'WebSockets and event streams of one caller at the same time. An idle one takes about 20 kB.',
  },
  MAX_CONNECTIONS_PER_ADDRESS: { meaning: 'The same from one address.' },
  TRUST_PROXY: {
    meaning:
      "Whose `X-Forwarded-For` tells the address: nobody's (off), that of so many proxies in front, or of these " +
      "addresses and subnets. Set it behind a load balancer, or all clients share the balancer's address.",
  },
  MAX_QUERY_TOKENS: { meaning: 'Names, numbers and signs of a document.' },
  MAX_QUERY_DEPTH: { meaning: 'Levels of fields.' },
  MAX_QUERY_ALIASES: { meaning: 'Aliases in one operation.' },
  MAX_QUERY_ROOT_FIELDS: { meaning: 'Fields at the root.' },
  MAX_QUERY_COST: { meaning: 'What an operation may cost, in rows that its answer may hold.' },
  TRUSTED_DOCUMENTS: {
    meaning:
      "Path of a manifest (`persisted-documents.json` of the GraphQL code generator, or Apollo's). Then its documents are " +
      'the only ones that are accepted.',
    otherwise: 'any document, and automatic persisted queries.',
  },
  METRICS: {
    meaning:
      'Where Prometheus reads `/metrics` (docs/metrics.md): `on`, at `PORT`; a number, at a port of its own on `HOST` that ' +
      'no load balancer leads to; `off`, nowhere. No token is needed, and no data of a tenant is there; set a port, or keep ' +
      'the path from the outside at the balancer, where the load of the service is nobody else’s business.',
  },
  LOG_LEVEL: { meaning: 'From which level on log lines are written.' },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    meaning:
      'Where OpenTelemetry traces are sent, as OTLP over HTTP with protobuf; `/v1/traces` is put behind it. Usually ' +
      "`http://localhost:4318`, a collector's.",
    otherwise: 'there are no traces, and they cost nothing.',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    meaning:
      'Headers for the receiver, as `name=value,other=value`; what is special in a value is written as `%2C`. They hold ' +
      'secrets, and are never logged.',
    otherwise: 'none.',
  },
  OTEL_SERVICE_NAME: {
    meaning: 'Name of the service in traces.',
    otherwise: '`service.name` of `OTEL_RESOURCE_ATTRIBUTES`, or `genesys-usage-graphql`.',
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    meaning:
      'What all spans say of the service, as `deployment.environment.name=production,service.version=1.0`.',
    otherwise: 'nothing more.',
  },
  OTEL_TRACES_SAMPLER: {
    meaning:
      'Which traces are kept. Those that begin with `parentbased_` do as the client has decided, where one sends a ' +
      '`traceparent`. The decision is kept with the execution: all its polls follow it.',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    meaning:
      'Share of the traces that is kept, from 0 to 1, by `traceidratio` and `parentbased_traceidratio`.',
    otherwise: '1.',
  },
  TRACE_UPSTREAM: {
    meaning:
      '`on`: requests to upstream bear a `traceparent`, for a gateway of your own in front of it. Genesys Cloud makes ' +
      'no use of it, and need not know which requests belong together.',
  },
};
