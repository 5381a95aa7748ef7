import { describe, expect, it } from '@jest/globals';
import type { Models, UsageApi } from 'purecloud-platform-client-v2';
import type * as wire from '../../src/upstream/wire.js';
import type { Assignable, Expect, SameKeys } from '../support/type-assert.js';

/** What we send is what the official SDK would send. */
export type Sent = [
  Expect<Assignable<wire.WireQueryBody, Models.ApiUsageOrganizationQuery>>,
  Expect<SameKeys<wire.WireQueryBody, Models.ApiUsageOrganizationQuery>>,
  Expect<Assignable<wire.WireQueryBody, Models.ApiUsageClientQuery>>,
  Expect<SameKeys<wire.WireQueryBody, Models.ApiUsageClientQuery>>,
  Expect<Assignable<wire.WireSearchBody, Models.ApiUsageSimpleSearch>>,
  Expect<SameKeys<wire.WireSearchBody, Models.ApiUsageSimpleSearch>>,
  Expect<Assignable<wire.WireOrganizationJobBody, Models.OrganizationPublicApiUsageQueryRequest>>,
  Expect<SameKeys<wire.WireOrganizationJobBody, Models.OrganizationPublicApiUsageQueryRequest>>,
  Expect<Assignable<wire.WireClientJobBody, Models.ClientPublicApiUsageQueryRequest>>,
  Expect<SameKeys<wire.WireClientJobBody, Models.ClientPublicApiUsageQueryRequest>>,
  Expect<SameKeys<wire.WireSort, Models.UsageQuerySortBy>>,
  Expect<Assignable<'pageSize' | 'after', keyof UsageApi.getUsageAggregatesQueryJobOptions>>,
  Expect<Assignable<'pageSize' | 'after', keyof UsageApi.getUsageClientClientIdAggregatesQueryJobOptions>>,
  Expect<Assignable<'pageSize' | 'after', keyof UsageApi.getUsageSimplesearchExecutionIdResultsOptions>>,
  Expect<Assignable<{ days: string }, UsageApi.getOauthClientUsageSummaryOptions>>,
];

/** What we read is what the official SDK would read. */
export type Received = [
  Expect<Assignable<Models.UsageExecutionResult, wire.WireStarted>>,
  Expect<SameKeys<Models.UsageExecutionResult, wire.WireStarted>>,
  Expect<Assignable<Models.OrganizationUsageQueryResponse, wire.WireJobStarted>>,
  Expect<Assignable<Models.ClientUsageQueryResponse, wire.WireJobStarted>>,
  Expect<Assignable<Models.ApiUsageQueryResult, wire.WireQueryResult>>,
  Expect<SameKeys<Models.ApiUsageQueryResult, wire.WireQueryResult>>,
  Expect<SameKeys<Models.ApiUsageRow, wire.WireQueryRow>>,
  Expect<
    Assignable<
      Models.OrganizationPublicApiUsageResultsResponse,
      wire.WireJobResult<wire.WireOrganizationJobRow>
    >
  >,
  Expect<
    SameKeys<
      Models.OrganizationPublicApiUsageResultsResponse,
      wire.WireJobResult<wire.WireOrganizationJobRow>
    >
  >,
  Expect<SameKeys<Models.OrganizationPublicApiUsage, wire.WireOrganizationJobRow>>,
  Expect<Assignable<Models.ClientPublicApiUsageResultsResponse, wire.WireJobResult<wire.WireClientJobRow>>>,
  Expect<SameKeys<Models.ClientPublicApiUsage, wire.WireClientJobRow>>,
  Expect<Assignable<keyof wire.WireErrorBody, keyof Models.ErrorBody>>,
  Expect<Assignable<Models.TokenInfo, wire.WireToken>>,
  Expect<Assignable<keyof wire.WireToken, keyof Models.TokenInfo>>,
  Expect<Assignable<Models.UserMe, wire.WireMe>>,
  Expect<Assignable<keyof wire.WireMe, keyof Models.UserMe>>,
  Expect<Assignable<Models.OAuthClientEntityListing, wire.WireListing>>,
  Expect<Assignable<Models.UserEntityListing, wire.WireListing>>,
  Expect<Assignable<keyof wire.WireListing, keyof Models.UserEntityListing>>,
];

describe('the wire types', () => {
  it("agree with the official SDK's models, or this file would not have compiled", () => {
    // @ts-expect-error: a key too many is noticed
    type Control = Expect<SameKeys<wire.WireSort & { extra: string }, Models.UsageQuerySortBy>>;
    const control: Control | undefined = undefined;
    expect(control).toBeUndefined();
  });
});
