import { HTTP_METHODS, PLATFORMS, TEMPLATE_URIS } from './catalog.js';
import { formatDay } from './days.js';
import { BUCKETS, type Dimension } from './operations.js';
import type { Organization } from './organizations.js';
import type { UsageRequest } from './request.js';
import type { UsageTable } from './table.js';
import type {
  ClientJobRow,
  Counter,
  NamedRef,
  OrganizationJobRow,
  StatusCounters,
  UsageRow,
} from './wire.js';

/** A table together with what is needed to put names on its positions. */
export interface Rows {
  table: UsageTable;
  organization: Organization;
  request: UsageRequest;
}

/** The count that a row has for a counter; `Requests` is the sum of the five buckets. */
export function counterAt(table: UsageTable, row: number, counter: Counter): number {
  if (counter !== 'Requests') return table.countAt(row, BUCKETS.indexOf(counter));
  return BUCKETS.reduce((sum, _, place) => sum + table.countAt(row, place), 0);
}

type TextOf = (organization: Organization, position: number) => string | undefined;

const TEXT_OF: Readonly<Record<Dimension, TextOf>> = {
  client: ({ clients }, position) => clients[position]?.id,
  clientName: ({ clients }, position) => clients[position]?.name,
  organization: ({ id }) => id,
  user: ({ users }, position) => users[position - 1]?.id,
  templateUri: (_, position) => TEMPLATE_URIS[position],
  httpMethod: (_, position) => HTTP_METHODS[position],
  platform: (_, position) => PLATFORMS[position],
};

/** The text that a row has for a dimension; empty when it was not grouped by, or for calls without a user. */
export function textAt({ table, organization }: Rows, row: number, dimension: Dimension): string {
  const position = table.positionAt(row, dimension);
  return position === undefined ? '' : (TEXT_OF[dimension](organization, position) ?? '');
}

/** A row as the older generation sends it. A client's name comes along with its id, but not the other way round. */
export function toUsageRow(rows: Rows, row: number): UsageRow {
  const { table, request, organization } = rows;
  const client = organization.clients[table.positionAt(row, 'client') ?? -1];
  return {
    clientId: client?.id ?? '',
    clientName: client?.name ?? textAt(rows, row, 'clientName'),
    organizationId: textAt(rows, row, 'organization'),
    userId: textAt(rows, row, 'user'),
    templateUri: textAt(rows, row, 'templateUri'),
    httpMethod: textAt(rows, row, 'httpMethod'),
    ...statusCounters(rows, row),
    ...(request.counters.includes('Requests') && { requests: counterAt(table, row, 'Requests') }),
    ...(request.granularity && { date: `${formatDay(table.periodAt(row))}T00:00:00Z` }),
  };
}

/** A row of the organization's job. */
export function toOrganizationJobRow(rows: Rows, row: number): OrganizationJobRow {
  const userId = textAt(rows, row, 'user');
  const oauthClient = toClientRef(rows, row);
  return {
    ...jobRow(rows, row),
    ...(oauthClient && { oauthClient }),
    ...(userId !== '' && { user: { id: userId, selfUri: `/api/v2/users/${userId}` } }),
  };
}

/** A row of a client's job. */
export function toClientJobRow(rows: Rows, row: number): ClientJobRow {
  const organizationId = textAt(rows, row, 'organization');
  return { ...jobRow(rows, row), ...(organizationId !== '' && { organizationId }) };
}

function toClientRef(rows: Rows, row: number): NamedRef | undefined {
  const client = rows.organization.clients[rows.table.positionAt(row, 'client') ?? -1];
  if (client !== undefined) {
    return { id: client.id, name: client.name, selfUri: `/api/v2/oauth/clients/${client.id}` };
  }
  const name = textAt(rows, row, 'clientName');
  return name === '' ? undefined : { name };
}

function jobRow(rows: Rows, row: number): Omit<OrganizationJobRow, 'oauthClient' | 'user'> {
  const { table, request } = rows;
  const grouped = (dimension: 'platform' | 'httpMethod' | 'templateUri') =>
    request.dimensions.includes(dimension) && { [dimension]: textAt(rows, row, dimension) };
  return {
    ...(request.granularity && { date: formatDay(table.periodAt(row)) }),
    ...grouped('platform'),
    ...grouped('httpMethod'),
    ...grouped('templateUri'),
    ...(request.counters.includes('Requests') && { requestCount: counterAt(table, row, 'Requests') }),
    ...statusCounters(rows, row),
  };
}

function statusCounters({ table, request }: Rows, row: number): StatusCounters {
  const has = (counter: Counter): boolean => request.counters.includes(counter);
  return {
    ...(has('Status200') && { status200: counterAt(table, row, 'Status200') }),
    ...(has('Status300') && { status300: counterAt(table, row, 'Status300') }),
    ...(has('Status400') && { status400: counterAt(table, row, 'Status400') }),
    ...(has('Status429') && { status429: counterAt(table, row, 'Status429') }),
    ...(has('Status500') && { status500: counterAt(table, row, 'Status500') }),
  };
}
