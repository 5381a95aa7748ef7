/** The simulated upstream's wire types against the official SDK's models. Checked by the compiler, never run. */
import type { Models, UsageApi } from 'purecloud-platform-client-v2';
import type * as Wire from '../../src/simulator/wire.js';
import type {
  AnswerAgrees,
  Assignable,
  BodyAgrees,
  ElementOf,
  Expect,
  KeysWithin,
  Refute,
  SameKeys,
} from '../support/type-assert.js';

type Body<Call extends 'postUsageQuery' | 'postUsageSimplesearch' | 'postUsageAggregatesQueryJobs'> =
  Parameters<UsageApi[Call]>[0];
type ClientBody<Call extends 'postOauthClientUsageQuery' | 'postUsageClientClientIdAggregatesQueryJobs'> =
  Parameters<UsageApi[Call]>[1];
type Answer<Call extends keyof UsageApi> = UsageApi[Call] extends (...args: never) => Promise<infer Value>
  ? Value
  : never;

/** Bodies of the five starts that have one. */
export type Bodies = [
  Expect<BodyAgrees<Wire.UsageQueryBody, Body<'postUsageQuery'>>>,
  Expect<BodyAgrees<Wire.UsageQueryBody, ClientBody<'postOauthClientUsageQuery'>>>,
  Expect<BodyAgrees<Wire.SimpleSearchBody, Body<'postUsageSimplesearch'>>>,
  Expect<BodyAgrees<Wire.OrganizationJobBody, Body<'postUsageAggregatesQueryJobs'>>>,
  Expect<BodyAgrees<Wire.ClientJobBody, ClientBody<'postUsageClientClientIdAggregatesQueryJobs'>>>,
  Expect<BodyAgrees<Wire.SortBy, Models.UsageQuerySortBy>>,
];

/** Answers to the six starts. */
export type Starts = [
  Expect<AnswerAgrees<Wire.ExecutionStarted, Answer<'postUsageQuery'>>>,
  Expect<AnswerAgrees<Wire.ExecutionStarted, Answer<'postOauthClientUsageQuery'>>>,
  Expect<AnswerAgrees<Wire.ExecutionStarted, Answer<'getOauthClientUsageSummary'>>>,
  Expect<AnswerAgrees<Wire.ExecutionStarted, Answer<'postUsageSimplesearch'>>>,
  Expect<AnswerAgrees<Wire.JobStarted, Answer<'postUsageAggregatesQueryJobs'>>>,
  Expect<AnswerAgrees<Wire.JobStarted, Answer<'postUsageClientClientIdAggregatesQueryJobs'>>>,
];

type OrganizationJob = Wire.JobResults<Wire.OrganizationJobRow>;
type ClientJob = Wire.JobResults<Wire.ClientJobRow>;

/** Results; the summary's come from the client query's endpoint. */
export type Results = [
  Expect<AnswerAgrees<Wire.QueryResults, Answer<'getUsageQueryExecutionIdResults'>>>,
  Expect<AnswerAgrees<Wire.QueryResults, Answer<'getOauthClientUsageQueryResult'>>>,
  Expect<AnswerAgrees<Wire.QueryResults, Answer<'getUsageSimplesearchExecutionIdResults'>>>,
  Expect<AnswerAgrees<OrganizationJob, Answer<'getUsageAggregatesQueryJob'>>>,
  Expect<AnswerAgrees<ClientJob, Answer<'getUsageClientClientIdAggregatesQueryJob'>>>,
  Expect<SameKeys<OrganizationJob, Models.OrganizationPublicApiUsageResultsResponse>>,
  Expect<SameKeys<ClientJob, Models.ClientPublicApiUsageResultsResponse>>,
];

/** Rows and what is in them: the same keys, not only known ones. */
export type Rows = [
  Expect<SameKeys<Wire.UsageRow, ElementOf<Models.ApiUsageQueryResult['results']>>>,
  Expect<
    SameKeys<Wire.OrganizationJobRow, ElementOf<Models.OrganizationPublicApiUsageResultsResponse['entities']>>
  >,
  Expect<SameKeys<Wire.ClientJobRow, ElementOf<Models.ClientPublicApiUsageResultsResponse['entities']>>>,
  Expect<SameKeys<Wire.NamedRef, Models.DomainEntityRef>>,
  Expect<SameKeys<Wire.UserRef, Models.UserReference>>,
  Expect<SameKeys<Wire.Cursors, Models.Cursors>>,
];

export type Errors = [
  Expect<BodyAgrees<Wire.ErrorBody, Models.ErrorBody>>,
  Expect<BodyAgrees<Wire.ErrorDetail, Models.Detail>>,
];

/** The endpoints around usage. */
export type Directory = [
  Expect<AnswerAgrees<Wire.TokenInfo, Models.TokenInfo>>,
  Expect<KeysWithin<Wire.TokenInfo['OAuthClient'], Models.OrgOAuthClient>>,
  Expect<AnswerAgrees<Wire.OAuthClientModel, Models.OAuthClient>>,
  Expect<AnswerAgrees<Wire.EntityListing<Wire.OAuthClientModel>, Models.OAuthClientEntityListing>>,
  Expect<AnswerAgrees<Wire.UserModel, Models.User>>,
  Expect<AnswerAgrees<Wire.EntityListing<Wire.UserModel>, Models.UserEntityListing>>,
  Expect<AnswerAgrees<Wire.UserMe, Models.UserMe>>,
];

/** Controls: these are all wrong, so that the assertions above are known to be able to fail. */
export type Controls = [
  Refute<Assignable<{ interval: number }, Models.ApiUsageOrganizationQuery>>,
  Refute<BodyAgrees<Wire.ClientJobBody, Models.OrganizationPublicApiUsageQueryRequest>>,
  Refute<AnswerAgrees<Wire.UsageRow & { region: string }, Models.ApiUsageRow>>,
  Refute<SameKeys<Wire.ClientJobRow, Models.OrganizationPublicApiUsage>>,
];
