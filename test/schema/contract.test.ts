import { readFile } from 'node:fs/promises';

import { describe, expect, it } from '@jest/globals';
import {
  getNamedType,
  type GraphQLField,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';

import { buildUsageSchema } from '../../resolvers/build-schema.js';

const schema = buildUsageSchema();
const ownTypes = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
/** Those that the specification describes. */
const BUILT_IN = ['Boolean', 'Float', 'ID', 'Int', 'String', 'Query', 'Mutation', 'Subscription'];

interface Described {
  readonly place: string;
  readonly description: string | null | undefined;
}

function partsOf(type: GraphQLNamedType): Described[] {
  const own = { place: type.name, description: type.description };
  const part = ({ name, description }: { name: string; description?: string | null | undefined }) => ({
    place: `${type.name}.${name}`,
    description,
  });
  if (isEnumType(type)) return [own, ...type.getValues().map(part)];
  if (isInputObjectType(type)) return [own, ...Object.values(type.getFields()).map(part)];
  if (!isObjectType(type) && !isInterfaceType(type)) return [own];
  return [
    own,
    ...Object.values(type.getFields()).flatMap((field) => [part(field), ...argumentsOf(type, field)]),
  ];
}

function argumentsOf(type: GraphQLNamedType, field: GraphQLField<unknown, unknown>): Described[] {
  return field.args.map(({ name, description }) => ({
    place: `${type.name}.${field.name}(${name})`,
    description,
  }));
}

function fieldsOf(typeName: string): string[] {
  const type = schema.getType(typeName);
  if (isEnumType(type)) return type.getValues().map(({ name }) => name);
  return isObjectType(type) || isInputObjectType(type) ? Object.keys(type.getFields()) : [];
}

describe('the contract', () => {
  it('describes every type, field, argument, input field and enum value', () => {
    const parts = ownTypes.flatMap(partsOf).filter(({ place }) => !BUILT_IN.includes(place));

    expect(parts.length).toBeGreaterThan(200);
    expect(parts.filter(({ description }) => !description?.trim()).map(({ place }) => place)).toEqual([]);
  });

  it('is committed as the code prints it', async () => {
    const committed = await readFile(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8');
    const printed = printSchema(lexicographicSortSchema(schema));

    expect(committed.replace(/^(#.*\n)+\n/, '').trim()).toBe(printed.trim());
  });

  it.each<[string, string[]]>([
    ['UpstreamBudget', ['limit', 'queued', 'remaining', 'resetAt']],
    [
      'Query',
      [
        'compareUsageExecutions',
        'node',
        'oauthClients',
        'upstreamBudget',
        'usageExecution',
        'usageExecutions',
        'viewer',
      ],
    ],
    [
      'Mutation',
      [
        'aggregateOAuthClientUsage',
        'aggregateOrganizationUsage',
        'cancelUsageExecution',
        'queryOAuthClientUsage',
        'queryOrganizationUsage',
        'searchUsage',
        'summarizeOAuthClientUsage',
      ],
    ],
    ['Subscription', ['usageExecutionFinished', 'usageExecutionUpdated', 'usageExecutionsFinished']],
    ['UsageExecutionPayload', ['execution', 'source', 'userErrors']],
    ['CancelUsageExecutionPayload', ['execution', 'userErrors']],
    ['UserError', ['code', 'field', 'message']],
    [
      'UsageExecution',
      words(`asOf createdAt delay done error expiresAt exportUrl finishedAt groups id nextPollAt operation pollAfterMs pollCount request rows
        status submittedAt totals truncated upstreamId upstreamMayStillRun version`),
    ],
    ['UsageExecutionDelay', words('correlationId message reason retryAfter upstreamStatus')],
    ['UsageExecutionError', words('code correlationId message retryAfter retryable upstreamStatus')],
    [
      'UsageRow',
      words(`date httpMethod oauthClient organizationId platform requests status200 status300 status400 status429
        status500 templateUri user`),
    ],
    [
      'UsageTotals',
      words(`errorRate requests rowCount status200 status300 status400 status429 status500 throttledRate`),
    ],
    ['UsageRowConnection', words('edges nodes pageInfo totalCount')],
    ['UsageExecutionConnection', words('edges nodes pageInfo totalCount')],
    ['UsageDimension', words('DATE HTTP_METHOD OAUTH_CLIENT ORGANIZATION PLATFORM TEMPLATE_URI USER')],
    ['UsageMetric', words('REQUESTS STATUS_200 STATUS_300 STATUS_400 STATUS_429 STATUS_500')],
    ['ExportFormat', words('CSV JSONL')],
    ['UsageGranularity', words('DAY MONTH WEEK')],
    ['UsageExecutionStatus', words('CANCELED FAILED QUEUED RUNNING SUCCEEDED TIMED_OUT')],
    [
      'UsageOperation',
      words(`OAUTH_CLIENT_AGGREGATES OAUTH_CLIENT_QUERY OAUTH_CLIENT_SUMMARY ORGANIZATION_AGGREGATES
        ORGANIZATION_QUERY SIMPLE_SEARCH`),
    ],
    ['QueryOrganizationUsageInput', words('granularity groupBy interval metrics')],
    ['QueryOAuthClientUsageInput', words('clientId granularity groupBy interval metrics')],
    ['SummarizeOAuthClientUsageInput', words('clientId days')],
    ['SearchUsageInput', words('groupBy httpMethods interval metrics oauthClientNames templateUris')],
    [
      'AggregateOrganizationUsageInput',
      words(
        `granularity groupBy httpMethods interval metrics oauthClientIds platforms sortBy templateUris userIds`,
      ),
    ],
    [
      'AggregateOAuthClientUsageInput',
      words(
        `clientId granularity groupBy httpMethods interval metrics organizationIds platforms sortBy templateUris`,
      ),
    ],
    ['UsageSort', words('direction field')],
    ['UsageRowOrder', words('direction field')],
    ['UsageGroupOrder', words('direction field')],
    [
      'UsageRowFilter',
      words(`dateFrom dateTo httpMethods minimum oauthClientIds oauthClientNames organizationIds platforms
        templateUriContains templateUriPrefix templateUris userIds`),
    ],
    ['UsageGroup', words('key share totals')],
    ['UsageGroupKey', words('dimension name value')],
    ['UsageComparison', words('baseline current groups')],
    ['UsageComparisonGroup', words('baseline current difference key ratio')],
  ])('%s has the names that clients rely on', (typeName, names) => {
    expect(fieldsOf(typeName)).toEqual(expect.arrayContaining(names));
  });

  it('has no field, argument or type for a secret', () => {
    expect(ownTypes.flatMap(partsOf).filter(({ place }) => /secret/i.test(place))).toEqual([]);
  });

  it('gives counters a type that holds more than 32 bits', () => {
    const row = schema.getType('UsageRow');
    const requests = isObjectType(row) ? row.getFields()['requests'] : undefined;

    expect(requests && getNamedType(requests.type).name).toBe('SafeInt');
  });
});

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
