import { Field, ID, ObjectType } from 'type-graphql';

import { UsageOperationEnum } from './enums.js';
import type { UsageOperation } from '../src/domain/operation.js';

@ObjectType({ description: 'An OAuth client of the organization. Its secret is never read.' })
export class OAuthClient {
  @Field(() => ID, {
    nullable: true,
    description: 'As upstream writes it; null in rows of a search for which upstream gave the name alone.',
  })
  id!: string | null;

  /** As far as it is known already; the field resolver looks up the rest. */
  name!: string | null;
}

@ObjectType({ description: 'A user of the organization.' })
export class User {
  @Field(() => ID, { description: 'As upstream writes it.' })
  id!: string;

  /** As far as it is known already; the field resolver looks up the rest. */
  name!: string | null;
}

@ObjectType({ description: 'A Genesys Cloud organization: the tenant.' })
export class Organization {
  @Field(() => ID, { description: 'As upstream writes it.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'Display name.' })
  name!: string | null;
}

@ObjectType({ description: 'Who asks: what the bearer token stands for.' })
export class Viewer {
  @Field(() => Organization, { description: 'The organization of the token; everything else is invisible.' })
  organization!: Organization;

  @Field(() => User, {
    nullable: true,
    description:
      "The user; null for a client's own token. With tokens of another issuer than upstream, as that issuer names it.",
  })
  user!: User | null;

  @Field(() => OAuthClient, {
    description:
      'The OAuth client through which the token was issued; with tokens of another issuer than upstream, one of theirs.',
  })
  client!: OAuthClient;

  @Field(() => [String], {
    nullable: true,
    description:
      'Granted permissions, wildcards included; null for a client-credentials token, which has no list.',
  })
  permissions!: readonly string[] | null;

  @Field(() => [UsageOperationEnum], {
    description:
      'Operations that the viewer may start. With a client-credentials token upstream has the last word.',
  })
  operations!: readonly UsageOperation[];
}
