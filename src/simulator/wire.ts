/**
 * What the simulated upstream sends and accepts, as it stands on the wire. A key that may be missing is
 * optional and never `null`; test/types holds every type against the official SDK's models.
 */

export type Granularity = 'Day' | 'Week' | 'Month';

/** A counter that a query may ask for. */
export type Counter = 'Requests' | 'Status200' | 'Status300' | 'Status400' | 'Status429' | 'Status500';

/** `requests` is the sum of the five buckets; `status429` is a bucket of its own, not part of `status400`. */
export interface StatusCounters {
  status200?: number;
  status300?: number;
  status400?: number;
  status429?: number;
  status500?: number;
}

/** Body of both queries of the older generation. */
export interface UsageQueryBody {
  /** ISO-8601 interval in whole UTC days, the end included. */
  interval: string;
  granularity?: string;
  metrics?: string[];
  groupBy?: string[];
}

export interface SimpleSearchBody {
  interval: string;
  metrics?: string[];
  oauthClientNames?: string[];
  httpMethods?: string[];
  templateUris?: string[];
}

export interface SortBy {
  fieldName?: string;
  order?: string;
}

/** What both aggregates jobs have in common. */
interface AggregatesJobBody extends UsageQueryBody {
  sortBy?: SortBy[];
  templateUris?: string[];
  httpMethods?: string[];
  platforms?: string[];
}

export interface OrganizationJobBody extends AggregatesJobBody {
  userIds?: string[];
  oauthClientIds?: string[];
}

export interface ClientJobBody extends AggregatesJobBody {
  organizationIds?: string[];
}

/** Answer to a start of the older generation. */
export interface ExecutionStarted {
  executionId: string;
  resultsUri: string;
}

/** Answer to the start of an aggregates job. */
export interface JobStarted {
  id: string;
  resultsUri: string;
  selfUri: string;
}

/** A row of the older generation: a dimension that was not grouped by is an empty string. */
export interface UsageRow extends StatusCounters {
  clientId: string;
  clientName: string;
  organizationId: string;
  userId: string;
  templateUri: string;
  httpMethod: string;
  requests?: number;
  /** Midnight UTC at the start of the period (`2020-02-02T00:00:00Z`); only with a granularity. */
  date?: string;
}

export interface Cursors {
  before?: string;
  after?: string;
}

/** Results of the older generation; `results` is missing until the query is complete. */
export interface QueryResults {
  queryStatus: string;
  results?: UsageRow[];
  /** Only in the answers of the simple search. */
  cursors?: Cursors;
}

export interface NamedRef {
  id?: string;
  name?: string;
  selfUri?: string;
}

export interface UserRef {
  id: string;
  selfUri: string;
}

interface JobRow extends StatusCounters {
  /** `yyyy-MM-dd`, the first day of the period; only with a granularity. */
  date?: string;
  platform?: string;
  httpMethod?: string;
  templateUri?: string;
  requestCount?: number;
}

/** A row of the organization's job: a dimension that was not grouped by is missing. */
export interface OrganizationJobRow extends JobRow {
  oauthClient?: NamedRef;
  user?: UserRef;
}

export interface ClientJobRow extends JobRow {
  organizationId?: string;
}

/** One page of a job's results; `entities` is missing until the job has succeeded. */
export interface JobResults<Row> {
  name?: string;
  queryStatus: string;
  errorBody?: ErrorBody;
  nextUri?: string;
  entities?: Row[];
  selfUri: string;
}

export interface ErrorDetail {
  errorCode?: string;
  fieldName?: string;
  entityId?: string;
  entityName?: string;
}

export interface ErrorBody {
  message?: string;
  code?: string;
  status?: number;
  entityId?: string;
  entityName?: string;
  messageWithParams?: string;
  messageParams?: { [key: string]: string };
  contextId?: string;
  details?: ErrorDetail[];
  errors?: ErrorBody[];
  limit?: { key?: string; namespace?: string; value?: number };
}

export interface TokenInfo {
  organization: { id: string; name: string };
  homeOrganization: { id: string; name: string };
  authorizedScope: string[];
  OAuthClient: {
    id: string;
    name: string;
    scope: string[];
    authorizedGrantType: string;
    organization: { id: string; name: string };
  };
}

export interface OAuthClientModel {
  id: string;
  name: string;
  description: string;
  /** Obviously fake, and never to be seen outside of this server: whoever maps it has a leak. */
  secret: string;
  authorizedGrantType: string;
  accessTokenValiditySeconds: number;
  scope: string[];
  state: string;
  selfUri: string;
}

export interface EntityListing<Entity> {
  entities: Entity[];
  pageSize: number;
  pageNumber: number;
  total: number;
  pageCount: number;
  selfUri: string;
  nextUri?: string;
}

export interface UserModel {
  id: string;
  name: string;
  email: string;
  username: string;
  state: string;
  version: number;
  selfUri: string;
}

export interface UserMe extends UserModel {
  /** Only with `expand=authorization`. */
  authorization?: { permissions: string[] };
}
