import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';

import { entityNameCost } from '../schema/cost.js';
import { OAuthClient, User } from '../schema/directory.type.js';
import type { RequestContext } from '../src/services/request-context.js';

const NAME = 'Display name; null when unknown, deleted or not to be looked up with the rights of the caller.';

@Resolver(() => OAuthClient)
export class OAuthClientFieldsResolver {
  @FieldResolver(() => String, { nullable: true, complexity: entityNameCost, description: NAME })
  async name(@Root() client: OAuthClient, @Ctx() { loaders }: RequestContext): Promise<string | null> {
    if (client.name !== null || client.id === null) return client.name;
    return (await loaders.oauthClients.load(client.id))?.name ?? null;
  }
}

@Resolver(() => User)
export class UserFieldsResolver {
  @FieldResolver(() => String, { nullable: true, complexity: entityNameCost, description: NAME })
  async name(@Root() user: User, @Ctx() { loaders }: RequestContext): Promise<string | null> {
    return user.name ?? (await loaders.users.load(user.id))?.name ?? null;
  }
}
