/** Documents that cost their sender little, and would cost us much. */
const times = (count: number, text: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const wrapped = (count: number, open: string, inside: string, close: string) =>
  open.repeat(count) + inside + close.repeat(count);

/** Each fragment spreads the next one twice: 2^18 fields from some 800 characters. */
export const FRAGMENT_BOMB = `{...f0} ${times(18, (i) => `fragment f${i} on Query {...f${i + 1} ...f${i + 1}}`)} fragment f18 on Query {__typename}`;

const ALL_DIMENSIONS = 'DATE OAUTH_CLIENT ORGANIZATION USER TEMPLATE_URI HTTP_METHOD PLATFORM';
const ROWS = 'rows(first: 1000) {nodes {date}}';
const BIG_PAGE = 'query ($n: Int) {usageExecutions(first: 100) {nodes {rows(first: $n) {nodes {date}}}}}';

export interface HostileDocument {
  readonly name: string;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly code: string;
}

const TOO_COMPLEX: readonly (readonly [string, string, Record<string, unknown>?])[] = [
  ['fragments that spread the next one twice', FRAGMENT_BOMB],
  [
    'the same below introspection, where validation follows every spread',
    `{__schema {types {...f0}}} ${times(15, (i) => `fragment f${i} on __Type {ofType {...f${i + 1}} a: ofType {...f${i + 1}}}`)} fragment f15 on __Type {name}`,
  ],
  [
    'a long chain of fragments',
    `{...f0} ${times(25, (i) => `fragment f${i} on Query {...f${i + 1}}`)} fragment f25 on Query {__typename}`,
  ],
  ['fragments that nobody uses', `{__typename} ${FRAGMENT_BOMB.slice(7)}`],
  ['inline fragments in each other', `{${wrapped(100, '... {', '__typename', '}')}}`],
  ['a depth that the schema does not have', wrapped(12, '{a', '', '}')],
  ['introspection without bottom', `{__schema {types {${wrapped(20, 'ofType {', 'name', '}')}}}}`],
  ['101 aliases', `{${times(101, (i) => `a${i}: __typename`)}}`],
  ['101 aliases in fragments', `{...a} fragment a on Query {${times(101, (i) => `a${i}: __typename`)}}`],
  ['a field 500 times', `{${'__typename '.repeat(500)}}`],
  ['a field below 60 times', `{viewer {${'permissions '.repeat(60)}}}`],
  ['ten directives at one place', `{__typename ${'@aa'.repeat(10)}}`],
  ['directives everywhere', `{viewer {${times(60, () => 'permissions @skip(if: false)')}}}`],
  ['21 fields at the root', `{${times(21, (i) => `a${i}: __typename`)}}`],
  ['600 items in lists', `{usageExecutions(filter: {status: [${'FAILED '.repeat(600)}]}) {totalCount}}`],
  ['lists in lists', `{usageExecutions(filter: ${wrapped(200, '[', '', ']')}) {totalCount}}`],
  ['60 variables', `query (${times(60, (i) => `$v${i}: Int`)}) {__typename}`],
  ['11 operations', times(11, (i) => `query q${i} {__typename}`)],
  ['15,000 comments', `{__typename}${'#\n'.repeat(15_000)}`],
  ['100,000 rows', `{usageExecutions(first: 100) {nodes {${ROWS}}}}`],
  ['100,000 rows by a variable', BIG_PAGE, { n: 1_000 }],
  ['100,000 rows by a default', BIG_PAGE.replace('Int', 'Int = 1000')],
  ['20 full pages', `{${times(20, (i) => `a${i}: usageExecution(id: "x") {${ROWS}}`)}}`],
  [
    'pages with their edges and nodes',
    `{${times(5, (i) => `a${i}: usageExecution(id: "x") {rows(first: 1000) {edges {node {date}} nodes {date}}}`)}}`,
  ],
  [
    'full pages behind one that would pay for them',
    `{n: usageExecutions(first: -1000) {nodes {${ROWS}}} ${times(15, (i) => `a${i}: usageExecution(id: "x") {${ROWS}}`)}}`,
  ],
  ['passes over results', `{usageExecutions(first: 100) {nodes {totals {rowCount}}}}`],
  [
    'groups',
    `{${times(9, (i) => `a${i}: usageExecution(id: "x") {groups(by: [DATE], first: 1000) {share}}`)}}`,
  ],
  [
    'a comparison with pages below it',
    `{compareUsageExecutions(baseline: "x", current: "y", by: [DATE], first: 1000) {baseline {${times(5, (i) => `a${i}: ${ROWS}`)}} current {${times(5, (i) => `a${i}: ${ROWS}`)}}}}`,
  ],
  [
    'names of keys, many times',
    `{usageExecution(id: "x") {groups(by: [${ALL_DIMENSIONS}], first: 1000) {key {${times(29, (i) => `a${i}: name`)}}}}}`,
  ],
  [
    'names of keys in a comparison, many times',
    `{compareUsageExecutions(baseline: "x", current: "y", by: [${ALL_DIMENSIONS}], first: 1000) {groups {key {${times(29, (i) => `a${i}: name`)}}}}}`,
  ],
  [
    'names in rows, many times',
    `{usageExecution(id: "x") {rows(first: 1000) {nodes {oauthClient {${times(29, (i) => `a${i}: name`)}}}}}}`,
  ],
  [
    'a variable with 3,000 unknown fields',
    'query ($f: UsageExecutionFilter) {usageExecutions(filter: $f) {totalCount}}',
    { f: Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`x${i}`, 1])) },
  ],
  [
    'a variable without bottom',
    'query ($f: UsageExecutionFilter) {usageExecutions(filter: $f) {totalCount}}',
    { f: JSON.parse(wrapped(40, '{"a":', '1', '}')) as unknown },
  ],
  [
    'rows in a subscription',
    `subscription {usageExecutionsFinished {${times(10, (i) => `a${i}: ${ROWS}`)}}}`,
  ],
];

/** What is refused as being wrong; nothing of it may take long either, nor be told at length. */
const INVALID: readonly HostileDocument[] = [
  {
    name: 'a fragment that holds itself',
    query: '{...a} fragment a on Query {__typename ...a}',
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'fragments that hold each other, many times over',
    query: `{...a} fragment a on Query {${'...b '.repeat(40)}} fragment b on Query {${'...a '.repeat(40)}}`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  { name: '5,000 tokens', query: `{${'__typename '.repeat(5_000)}}`, code: 'GRAPHQL_PARSE_FAILED' },
  {
    name: '300 unknown fields',
    query: `{viewer {${times(300, (i) => `x${i}`)}}}`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: '200 unknown arguments',
    query: `{viewer(${times(200, (i) => `x${i}: 1`)}) {permissions}}`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  { name: 'a name of 50,000 letters', query: `{${'x'.repeat(50_000)}}`, code: 'GRAPHQL_VALIDATION_FAILED' },
  {
    name: 'a text of 9,000 NULs',
    query: `{usageExecution(id: "${'\\u0000'.repeat(9_000)}") {nope}}`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: '400 wrong values in a variable',
    query: 'query ($f: UsageExecutionFilter) {usageExecutions(filter: $f) {totalCount}}',
    variables: { f: { status: Array.from({ length: 400 }, (_, i) => `${'"\u0007😀'.repeat(9)}${i}`) } },
    code: 'BAD_USER_INPUT',
  },
  {
    name: 'an argument that can not be read beside 100,000 rows',
    query: `query ($x: ID = "x") {usageExecution(id: $x) {id} usageExecutions(first: 100) {nodes {${ROWS}}}}`,
    variables: { x: null },
    code: 'BAD_USER_INPUT',
  },
];

export const HOSTILE_DOCUMENTS: readonly HostileDocument[] = [
  ...TOO_COMPLEX.map(([name, query, variables = {}]) => ({
    name,
    query,
    variables,
    code: 'QUERY_TOO_COMPLEX',
  })),
  ...INVALID,
];
