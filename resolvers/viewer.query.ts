import { Ctx, Query, Resolver } from 'type-graphql';

import { upstreamCost } from '../schema/cost.js';
import { OAuthClient, Viewer } from '../schema/directory.type.js';
import { visibilityOf } from '../src/domain/caller.js';
import type { RequestContext } from '../src/services/request-context.js';

@Resolver()
export class ViewerQueryResolver {
  @Query(() => Viewer, { description: 'Who asks.' })
  viewer(@Ctx() { caller }: RequestContext): Viewer {
    const { organization, subject, client, permissions } = caller;
    return {
      organization,
      client,
      permissions,
      user: subject.kind === 'USER' ? subject : null,
      operations: visibilityOf(caller).operations,
    };
  }

  @Query(() => [OAuthClient], {
    complexity: upstreamCost,
    description:
      "OAuth clients of the viewer's organization, for pickers; needs the permission oauth:client:view.",
  })
  async oauthClients(@Ctx() { caller, directory }: RequestContext): Promise<readonly OAuthClient[]> {
    return directory.listOAuthClients(caller);
  }
}
