/** The raw material of the synthetic traffic: real-looking names, endpoints and their share of the traffic. */

/** Upstream documents no list of platforms; these are ours. */
export const PLATFORMS = ['PublicApi', 'DataActions', 'AppFoundry', 'EmbeddedClient'] as const;

export const HTTP_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] as const;

export type HttpMethod = (typeof HTTP_METHODS)[number];

/** An endpoint and how often it is called, relative to the others of its client. */
export interface Endpoint {
  method: HttpMethod;
  templateUri: string;
  weight: number;
}

const LINES = `
GET 40 api/v2/users/{userId}
GET 26 api/v2/users
PATCH 2 api/v2/users/{userId}
GET 18 api/v2/users/{userId}/presences/{sourceId}
PATCH 6 api/v2/users/{userId}/presences/{sourceId}
GET 9 api/v2/users/{userId}/routingstatus
PUT 4 api/v2/users/{userId}/routingstatus
GET 7 api/v2/users/{userId}/queues
GET 5 api/v2/users/{userId}/routingskills
POST 1 api/v2/users/{userId}/routingskills
GET 22 api/v2/routing/queues
GET 16 api/v2/routing/queues/{queueId}
GET 11 api/v2/routing/queues/{queueId}/members
PATCH 3 api/v2/routing/queues/{queueId}/members
GET 4 api/v2/routing/wrapupcodes
GET 3 api/v2/routing/skills
POST 48 api/v2/analytics/conversations/details/query
POST 17 api/v2/analytics/conversations/details/jobs
GET 21 api/v2/analytics/conversations/details/jobs/{jobId}
GET 19 api/v2/analytics/conversations/details/jobs/{jobId}/results
POST 30 api/v2/analytics/conversations/aggregates/query
POST 24 api/v2/analytics/queues/observations/query
POST 13 api/v2/analytics/users/aggregates/query
GET 36 api/v2/conversations/{conversationId}
GET 14 api/v2/conversations/calls/{conversationId}
PATCH 5 api/v2/conversations/calls/{conversationId}/participants/{participantId}
POST 8 api/v2/conversations/callbacks
POST 10 api/v2/conversations/messages/inbound/open
GET 8 api/v2/conversations/{conversationId}/recordings
GET 6 api/v2/conversations/{conversationId}/recordings/{recordingId}
POST 4 api/v2/recording/batchrequests
GET 5 api/v2/recording/batchrequests/{jobId}
POST 9 api/v2/notifications/channels
PUT 7 api/v2/notifications/channels/{channelId}/subscriptions
GET 3 api/v2/notifications/channels/{channelId}/subscriptions
POST 12 api/v2/outbound/contactlists/{contactListId}/contacts
GET 6 api/v2/outbound/campaigns
PUT 2 api/v2/outbound/campaigns/{campaignId}
DELETE 2 api/v2/outbound/contactlists/{contactListId}/contacts/{contactId}
GET 7 api/v2/externalcontacts/contacts/{contactId}
POST 5 api/v2/externalcontacts/contacts
PUT 4 api/v2/externalcontacts/contacts/{contactId}
GET 5 api/v2/externalcontacts/reversewhitepageslookup
GET 4 api/v2/flows/datatables/{datatableId}/rows
PUT 3 api/v2/flows/datatables/{datatableId}/rows/{rowId}
DELETE 1 api/v2/flows/datatables/{datatableId}/rows/{rowId}
GET 6 api/v2/workforcemanagement/managementunits/{managementUnitId}/users
POST 3 api/v2/workforcemanagement/managementunits/{managementUnitId}/agentschedules/search
GET 4 api/v2/quality/conversations/{conversationId}/evaluations/{evaluationId}
GET 5 api/v2/speechandtextanalytics/conversations/{conversationId}
GET 3 api/v2/groups/{groupId}/members
GET 2 api/v2/authorization/divisions
GET 2 api/v2/authorization/roles
GET 9 api/v2/tokens/me
HEAD 4 api/v2/tokens/me
POST 1 api/v2/scim/v2/users
PATCH 2 api/v2/scim/v2/users/{userId}
DELETE 1 api/v2/scim/v2/users/{userId}
`;

/** Every endpoint of the synthetic traffic. */
export const ENDPOINTS: readonly Endpoint[] = LINES.trim()
  .split('\n')
  .map((line) => {
    const [method, weight, templateUri] = line.split(' ');
    return { method: method as HttpMethod, weight: Number(weight), templateUri: templateUri ?? '' };
  });

/** The template URIs of `ENDPOINTS`, each once. */
export const TEMPLATE_URIS: readonly string[] = [
  ...new Set(ENDPOINTS.map((endpoint) => endpoint.templateUri)),
];

/** Whose calls they are: a person's in a browser, or a program's own. */
export type GrantType = 'CODE' | 'CLIENT-CREDENTIALS';

/** An OAuth client of the demo; `trouble` is the share of its calls that fail, by cause. */
export interface ClientProfile {
  name: string;
  description: string;
  grantType: GrantType;
  trouble?: { status400?: number; status429?: number; status500?: number };
}

/** Heaviest first: a client's place in this list sets its share of the traffic. */
export const CLIENT_PROFILES: readonly ClientProfile[] = [
  {
    name: 'Salesforce CTI Adapter',
    description: 'Screen pop and click to dial for sales',
    grantType: 'CODE',
    trouble: { status429: 0.004 },
  },
  {
    name: 'Data Warehouse Export',
    description: 'Nightly conversation details',
    grantType: 'CLIENT-CREDENTIALS',
    trouble: { status429: 0.03 },
  },
  { name: 'Supervisor Wallboard', description: 'Queue figures on the floor screens', grantType: 'CODE' },
  {
    name: 'Chatbot Middleware',
    description: 'Open messaging bridge',
    grantType: 'CLIENT-CREDENTIALS',
    trouble: { status500: 0.02 },
  },
  { name: 'Agent Scripting Portal', description: 'Scripts next to the desktop', grantType: 'CODE' },
  {
    name: 'ServiceNow Connector',
    description: 'Tickets from conversations',
    grantType: 'CLIENT-CREDENTIALS',
  },
  {
    name: 'Legacy IVR Bridge',
    description: 'To be retired; calls endpoints that are gone',
    grantType: 'CLIENT-CREDENTIALS',
    trouble: { status400: 0.18, status500: 0.01 },
  },
  { name: 'WFM Schedule Sync', description: 'Schedules to and from HR', grantType: 'CLIENT-CREDENTIALS' },
  {
    name: 'Recording Archiver',
    description: 'Copies recordings to cold storage',
    grantType: 'CLIENT-CREDENTIALS',
  },
  {
    name: 'Okta SCIM Provisioning',
    description: 'Joiners, movers and leavers',
    grantType: 'CLIENT-CREDENTIALS',
    trouble: { status400: 0.05 },
  },
  { name: 'Power BI Dataflow', description: 'Weekly management report', grantType: 'CLIENT-CREDENTIALS' },
  {
    name: 'Postman (engineering)',
    description: 'Trying things out',
    grantType: 'CODE',
    trouble: { status400: 0.3 },
  },
];

export const FIRST_NAMES =
  'Amara Bjorn Chiara Dmitri Elif Farid Greta Hiroshi Ines Jonas Katarzyna Liam Mei Nadia Oskar Priya Quentin Rosa Samuel Tove Umar Vera Wanjiru Ximena Yusuf'.split(
    ' ',
  );

export const LAST_NAMES =
  'Okafor Lindqvist Moretti Volkov Yildiz Haddad Baumann Tanaka Carvalho Weber Nowak Murphy Zhang Petrova Nielsen Sharma Laurent Jimenez Cohen Berg Siddiqui Kovac Kamau Torres Demir'.split(
    ' ',
  );
