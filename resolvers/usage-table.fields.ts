import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Int, Resolver, Root } from 'type-graphql';

import { itemCost, keyNameCost } from '../schema/cost.js';
import { UsageGroupKey } from '../schema/usage-group.type.js';
import { UsageRow, UsageRowConnection, UsageRowEdge } from '../schema/usage-row.type.js';
import type { RequestContext } from '../src/services/request-context.js';
import { handBlocksOver } from './finished-blocks.js';
import { handOver } from './finished-rows.js';

@Resolver(() => UsageRowConnection)
export class UsageRowConnectionFieldsResolver {
  @FieldResolver(() => [UsageRowEdge], { complexity: itemCost, description: 'Rows with their cursors.' })
  async edges(
    @Root() { edges, blocks }: UsageRowConnection,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<readonly UsageRowEdge[]> {
    if (blocks) return handBlocksOver('UsageRowEdge', blocks, context, info);
    return (await handOver('UsageRowEdge', edges, context, info)) ? [] : edges;
  }

  @FieldResolver(() => [UsageRow], { complexity: itemCost, description: 'Rows without their cursors.' })
  async nodes(
    @Root() { edges, blocks }: UsageRowConnection,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<readonly UsageRow[]> {
    if (blocks) return handBlocksOver('UsageRow', blocks, context, info);
    return (await handOver('UsageRow', edges, context, info)) ? [] : edges.map(({ node }) => node);
  }

  @FieldResolver(() => Int, {
    description:
      'Rows on all pages together; with a filter, those that pass it, counted only when asked for.',
  })
  totalCount(@Root() { count }: UsageRowConnection): Promise<number> {
    return count();
  }
}

@Resolver(() => UsageGroupKey)
export class UsageGroupKeyFieldsResolver {
  @FieldResolver(() => String, {
    nullable: true,
    complexity: keyNameCost,
    description:
      'Display name of a client, a user, or the own organization; null for all else, when unknown, or when not to be ' +
      'looked up with the rights of the caller.',
  })
  async name(
    @Root() { dimension, value, name }: UsageGroupKey,
    @Ctx() { caller, loaders }: RequestContext,
  ): Promise<string | null> {
    if (name !== null || value === null) return name;
    if (dimension === 'OAUTH_CLIENT') return (await loaders.oauthClients.load(value))?.name ?? null;
    if (dimension === 'USER') return (await loaders.users.load(value))?.name ?? null;
    const own = dimension === 'ORGANIZATION' && value === caller.organization.id;
    return own ? caller.organization.name : null;
  }
}
