/**
 * Rows of a page, as they are to be sent. graphql-js takes some microseconds for each field of each row, and a full page
 * has thousands; here a selection is read once, and then each row is an object whose keys are the answer's. Done only
 * where the outcome is the same by construction: rows and what is below them are plain values of known types. What
 * would be an error of a field (a counter that no `SafeInt` holds) is left to graphql-js.
 */
import type { GraphQLResolveInfo } from 'graphql';

import type { UsageRow } from '../schema/usage-row.type.js';
import type { RequestContext } from '../src/services/request-context.js';
import { type Fields, nested, plain, planOf, type Read, toObject } from './ready-objects.js';
import { pathOf, wantedNames } from './selected-fields.js';
import { namesFor, OAUTH_CLIENT, USER } from './shown-names.js';

/** A row and its place; the cursor is made only when it is asked for. */
export interface PlacedRow {
  readonly cursor: string;
  readonly node: UsageRow;
}

/**
 * Hands a list of rows over as it is to be sent, and gives true; false: it is for graphql-js to walk through. `of`: the
 * type of its items.
 */
export async function handOver(
  of: 'UsageRow' | 'UsageRowEdge',
  rows: readonly PlacedRow[],
  { finishedLists, loaders }: RequestContext,
  info: GraphQLResolveInfo,
): Promise<boolean> {
  if (!finishedLists || !rows.every(({ node }) => isSendable(node))) return false;
  const plan = planOf(of === 'UsageRow' ? ROW_OF_EDGE : EDGE, of, info.fieldNodes, info);
  const names = await namesFor(
    rows.map(({ node }) => node),
    wantedNames(info),
    loaders,
  );
  finishedLists.push({ path: pathOf(info.path), items: rows.map((row) => toObject(plan, row, names)) });
  return true;
}

function isSendable(row: UsageRow): boolean {
  return (
    isCount(row.requests) &&
    isCount(row.status200) &&
    isCount(row.status300) &&
    isCount(row.status400) &&
    isCount(row.status429) &&
    isCount(row.status500)
  );
}

function isCount(counter: number | null): boolean {
  return counter === null || Number.isSafeInteger(counter);
}

/** How the fields of a row are read. */
export const ROW: Fields<UsageRow> = {
  date: plain('date'),
  oauthClient: (nodes, info) => nested(OAUTH_CLIENT, 'OAuthClient', nodes, info, (row) => row.oauthClient),
  organizationId: plain('organizationId'),
  user: (nodes, info) => nested(USER, 'User', nodes, info, (row) => row.user),
  platform: plain('platform'),
  httpMethod: plain('httpMethod'),
  templateUri: plain('templateUri'),
  requests: plain('requests'),
  status200: plain('status200'),
  status300: plain('status300'),
  status400: plain('status400'),
  status429: plain('status429'),
  status500: plain('status500'),
};

const ROW_OF_EDGE: Fields<PlacedRow> = Object.fromEntries(
  Object.entries(ROW).map(([name, fieldOf]) => [
    name,
    (nodes, info): Read<PlacedRow> => {
      const read = fieldOf(nodes, info);
      return ({ node }, names) => read(node, names);
    },
  ]),
) satisfies Fields<PlacedRow>;

const EDGE: Fields<PlacedRow> = {
  cursor: plain('cursor'),
  node: (nodes, info) => nested(ROW, 'UsageRow', nodes, info, (edge) => edge.node),
};
