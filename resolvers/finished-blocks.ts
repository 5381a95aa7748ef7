/**
 * Rows of a full page as text, made column by column: each different value becomes JSON once, with its key in front of
 * it, and a row is no more than such texts one after the other. The same plan as in finished-rows.ts says what is
 * shown, so that both ways give the same bytes.
 */
import type { FieldNode, GraphQLResolveInfo } from 'graphql';

import type { RowBlocks } from '../schema/usage-row.type.js';
import type { UsageRow as StoredRow } from '../src/domain/execution.js';
import type { RowBlock } from '../src/domain/row-block.js';
import type { RequestContext } from '../src/services/request-context.js';
import type { BlockPage } from '../src/services/usage-table.js';
import { combinations } from './block-combinations.js';
import { ROW } from './finished-rows.js';
import type { Names } from './ready-objects.js';
import { pageInfoOf } from './paging.js';
import { type Part, type RowTemplate, toTemplate, writeRows } from './row-template.js';
import { collected, pathOf, wantedNames } from './selected-fields.js';
import { namesFor } from './shown-names.js';
import { toUsageRow } from './to-schema.js';

type CursorAt = RowBlocks['cursorAt'];
/** What stands at one place of the rows of a block. */
type PartsOf = (block: RowBlock, names: Names) => readonly Part[];
type Fields = (name: string, same: readonly FieldNode[]) => PartsOf;

const CLIENT = ['oauthClientId', 'oauthClientName'] as const;
const USER = ['userId', 'userName'] as const;
const NAMED = [
  ['oauthClient', CLIENT],
  ['user', USER],
] as const;
/** What fields are made of that are not a column as it is. */
const COLUMNS_OF: Readonly<Record<string, readonly (keyof StoredRow)[]>> = {
  oauthClient: CLIENT,
  user: USER,
  httpMethod: ['httpMethod'],
};
const NO_ROW: StoredRow = {
  date: null,
  oauthClientId: null,
  oauthClientName: null,
  organizationId: null,
  userId: null,
  userName: null,
  platform: null,
  httpMethod: null,
  templateUri: null,
  requests: null,
  status200: null,
  status300: null,
  status400: null,
  status429: null,
  status500: null,
};

/** What a connection has beside its count. */
export function blocksPage({ blocks, hasNextPage }: BlockPage, cursorAt: CursorAt) {
  const [first, last] = [blocks[0], blocks.at(-1)];
  const pageInfo = pageInfoOf(
    hasNextPage,
    first && cursorAt(first.position),
    last && cursorAt(last.position + last.count - 1),
  );
  return { edges: [], blocks: { blocks, cursorAt }, pageInfo };
}

/** Gives what the executor is to have in the place of the list. `of`: the type of its items. */
export async function handBlocksOver(
  of: 'UsageRow' | 'UsageRowEdge',
  { blocks, cursorAt }: RowBlocks,
  { finishedLists, loaders }: RequestContext,
  info: GraphQLResolveInfo,
): Promise<[]> {
  const fields = of === 'UsageRow' ? rowFields(info) : edgeFields(info, cursorAt);
  const partsOf = objectOf(of, info.fieldNodes, fields, info);
  const wanted = wantedNames(info);
  const names = await namesFor(entitiesOf(blocks, wanted), wanted, loaders);
  const templates = blocks.map((block): RowTemplate => toTemplate(partsOf(block, names), block.count));
  finishedLists?.push({ path: pathOf(info.path), items: (sink) => writeRows(templates, sink) });
  return [];
}

/** What has an id and maybe a name, of the kinds whose names are wanted and may be missing. */
function* entitiesOf(blocks: readonly RowBlock[], wanted: ReadonlySet<string>) {
  for (const block of blocks) {
    for (const [kind, columns] of NAMED) {
      if (!wanted.has(kind) || !block.columns[columns[1]].values.includes(null)) continue;
      for (const row of combinations(block, columns).rows) yield toUsageRow({ ...NO_ROW, ...row });
    }
  }
}

function objectOf(
  typeName: string,
  nodes: readonly FieldNode[],
  fieldOf: Fields,
  info: GraphQLResolveInfo,
): PartsOf {
  const entries = [...collected(nodes, info)].map(([key, same], i) => {
    const name = same[0]!.name.value;
    const start = `${i > 0 ? ',' : ''}${JSON.stringify(key)}:`;
    if (name === '__typename') return () => [`${start}${JSON.stringify(typeName)}`];
    const partsOf = fieldOf(name, same);
    return (block: RowBlock, names: Names): readonly Part[] => [start, ...partsOf(block, names)];
  });
  return (block, names) => ['{', ...entries.flatMap((entry) => entry(block, names)), '}'];
}

function edgeFields(info: GraphQLResolveInfo, cursorAt: CursorAt): Fields {
  return (name, same) =>
    name === 'cursor'
      ? ({ position, count }) => [
          {
            texts: Array.from({ length: count }, (_, i) => JSON.stringify(cursorAt(position + i))),
            indexes: Uint16Array.from({ length: count }, (_, i) => i),
          },
        ]
      : objectOf('UsageRow', same, rowFields(info), info);
}

function rowFields(info: GraphQLResolveInfo): Fields {
  return (name, same) => {
    const columns = COLUMNS_OF[name];
    if (!columns) {
      return (block) => {
        const { values, indexes } = block.columns[name as keyof StoredRow];
        return [{ texts: values.map(toJson), indexes }];
      };
    }
    const read = ROW[name]!(same, info);
    return (block, names) => {
      const { rows, indexes } = combinations(block, columns);
      const texts = rows.map((row) => JSON.stringify(read(toUsageRow({ ...NO_ROW, ...row }), names)));
      return [{ texts, indexes }];
    };
  };
}

/** `String` knows small numbers by heart. */
function toJson(value: string | number | null): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
