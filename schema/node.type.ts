import { Field, ID, InterfaceType, ObjectType } from 'type-graphql';

@InterfaceType({ description: 'Anything that can be found again by its id.' })
export abstract class Node {
  @Field(() => ID, { description: 'Unique among all nodes, opaque.' })
  id!: string;
}

@ObjectType({ description: 'Where a page stands in its list, as Relay defines it.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'There is more behind this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Always false: lists are paged forwards.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first item; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Pass it as `after` to get the next page.' })
  endCursor!: string | null;
}
