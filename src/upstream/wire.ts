/**
 * Upstream's usage API as it stands on the wire. Bodies that we send are written with these types; of answers
 * only the keys are trusted, each value goes through parse.ts. A test holds every type against the official
 * SDK's models.
 */

export interface WireSort {
  fieldName: string;
  order: 'Asc' | 'Desc';
}

/** Start of an organization query or an OAuth client query. */
export interface WireQueryBody {
  interval: string;
  granularity?: string;
  metrics?: string[];
  groupBy?: string[];
}

export interface WireSearchBody {
  interval: string;
  /** Columns and counters in one list. */
  metrics?: string[];
  oauthClientNames?: string[];
  httpMethods?: string[];
  templateUris?: string[];
}

/** Start of either aggregates job; the last three fields belong to one of them each. */
export interface WireJobBody extends WireQueryBody {
  sortBy?: WireSort[];
  templateUris?: string[];
  httpMethods?: string[];
  platforms?: string[];
}

export interface WireOrganizationJobBody extends WireJobBody {
  userIds?: string[];
  oauthClientIds?: string[];
}

export interface WireClientJobBody extends WireJobBody {
  organizationIds?: string[];
}

/** Answer to a start of the older generation. */
export interface WireStarted {
  executionId?: string;
  resultsUri?: string;
}

/** Answer to the start of a job. */
export interface WireJobStarted {
  id: string;
  name?: string;
  resultsUri?: string;
  selfUri?: string;
}

export interface WireStatusCounters {
  status200?: number;
  status300?: number;
  status400?: number;
  status429?: number;
  status500?: number;
}

/** Row of the older generation. */
export interface WireQueryRow extends WireStatusCounters {
  clientId?: string;
  clientName?: string;
  organizationId?: string;
  userId?: string;
  templateUri?: string;
  httpMethod?: string;
  requests?: number;
  date?: string;
}

export interface WireQueryResult {
  queryStatus?: string;
  results?: WireQueryRow[];
  cursors?: { before?: string; after?: string };
}

export interface WireReference {
  id?: string;
  name?: string;
  selfUri?: string;
}

interface WireJobRow extends WireStatusCounters {
  date?: string;
  platform?: string;
  httpMethod?: string;
  templateUri?: string;
  requestCount?: number;
}

export interface WireOrganizationJobRow extends WireJobRow {
  oauthClient?: WireReference;
  user?: WireReference;
}

export interface WireClientJobRow extends WireJobRow {
  organizationId?: string;
}

export interface WireJobResult<Row> {
  name?: string;
  queryStatus: string;
  errorBody?: WireErrorBody;
  nextUri?: string;
  entities?: Row[];
  selfUri?: string;
}

/** The part of `tokens/me` that we read. */
export interface WireToken {
  organization?: { id?: string; name?: string };
  OAuthClient?: { id?: string; name?: string; authorizedGrantType?: string };
}

/** The part of `users/me` that we read. */
export interface WireMe {
  id?: string;
  name?: string;
  authorization?: { permissions?: string[] };
}

/** The part of a list of OAuth clients or users that we read. */
export interface WireListing {
  entities?: { id?: string; name?: string }[];
  nextUri?: string;
  pageCount?: number;
}

/** The part of an error that we read. */
export interface WireErrorBody {
  message?: string;
  code?: string;
}
