import { describe, expect, it } from '@jest/globals';
import type { Models, UsageApi } from 'purecloud-platform-client-v2';
import type * as wire from '../../src/upstream/wire.js';
import type { Assert, Extends, SameKeys } from '../support/assert-type.js';

/** What we send is what the official SDK would send. */
export type Sent = [
  Assert<Extends<wire.WireQueryBody, Models.ApiUsageOrganizationQuery>>,
  Assert<SameKeys<wire.WireQueryBody, Models.ApiUsageOrganizationQuery>>,
  Assert<Extends<wire.WireQueryBody, Models.ApiUsageClientQuery>>,
  Assert<SameKeys<wire.WireQueryBody, Models.ApiUsageClientQuery>>,
  Assert<Extends<wire.WireSearchBody, Models.ApiUsageSimpleSearch>>,
  Assert<SameKeys<wire.WireSearchBody, Models.ApiUsageSimpleSearch>>,
  Assert<Extends<wire.WireOrganizationJobBody, Models.OrganizationPublicApiUsageQueryRequest>>,
  Assert<SameKeys<wire.WireOrganizationJobBody, Models.OrganizationPublicApiUsageQueryRequest>>,
  Assert<Extends<wire.WireClientJobBody, Models.ClientPublicApiUsageQueryRequest>>,
  Assert<SameKeys<wire.WireClientJobBody, Models.ClientPublicApiUsageQueryRequest>>,
  Assert<SameKeys<wire.WireSort, Models.UsageQuerySortBy>>,
  Assert<Extends<'pageSize' | 'after', keyof UsageApi.getUsageAggregatesQueryJobOptions>>,
  Assert<Extends<'pageSize' | 'after', keyof UsageApi.getUsageClientClientIdAggregatesQueryJobOptions>>,
  Assert<Extends<'pageSize' | 'after', keyof UsageApi.getUsageSimplesearchExecutionIdResultsOptions>>,
  Assert<Extends<{ days: string }, UsageApi.getOauthClientUsageSummaryOptions>>,
];

/** What we read is what the official SDK would read. */
export type Received = [
  Assert<Extends<Models.UsageExecutionResult, wire.WireStarted>>,
  Assert<SameKeys<Models.UsageExecutionResult, wire.WireStarted>>,
  Assert<Extends<Models.OrganizationUsageQueryResponse, wire.WireJobStarted>>,
  Assert<Extends<Models.ClientUsageQueryResponse, wire.WireJobStarted>>,
  Assert<Extends<Models.ApiUsageQueryResult, wire.WireQueryResult>>,
  Assert<SameKeys<Models.ApiUsageQueryResult, wire.WireQueryResult>>,
  Assert<SameKeys<Models.ApiUsageRow, wire.WireQueryRow>>,
  Assert<
    Extends<Models.OrganizationPublicApiUsageResultsResponse, wire.WireJobResult<wire.WireOrganizationJobRow>>
  >,
  Assert<
    SameKeys<
      Models.OrganizationPublicApiUsageResultsResponse,
      wire.WireJobResult<wire.WireOrganizationJobRow>
    >
  >,
  Assert<SameKeys<Models.OrganizationPublicApiUsage, wire.WireOrganizationJobRow>>,
  Assert<Extends<Models.ClientPublicApiUsageResultsResponse, wire.WireJobResult<wire.WireClientJobRow>>>,
  Assert<SameKeys<Models.ClientPublicApiUsage, wire.WireClientJobRow>>,
  Assert<Extends<keyof wire.WireErrorBody, keyof Models.ErrorBody>>,
  Assert<Extends<Models.TokenInfo, wire.WireToken>>,
  Assert<Extends<keyof wire.WireToken, keyof Models.TokenInfo>>,
  Assert<Extends<Models.UserMe, wire.WireMe>>,
  Assert<Extends<keyof wire.WireMe, keyof Models.UserMe>>,
  Assert<Extends<Models.OAuthClientEntityListing, wire.WireListing>>,
  Assert<Extends<Models.UserEntityListing, wire.WireListing>>,
  Assert<Extends<keyof wire.WireListing, keyof Models.UserEntityListing>>,
];

describe('the wire types', () => {
  it("agree with the official SDK's models, or this file would not have compiled", () => {
    // @ts-expect-error: a key too many is noticed
    type Control = Assert<SameKeys<wire.WireSort & { extra: string }, Models.UsageQuerySortBy>>;
    const control: Control | undefined = undefined;
    expect(control).toBeUndefined();
  });
});
