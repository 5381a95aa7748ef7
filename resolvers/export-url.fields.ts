import { Arg, FieldResolver, Resolver, Root } from 'type-graphql';

import { ExportFormatEnum } from '../schema/enums.js';
import { UsageExecution } from '../schema/usage-execution.type.js';
import { type ExportFormat, exportPath } from '../src/domain/export.js';

@Resolver(() => UsageExecution)
export class ExportUrlFieldsResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Where all rows can be had as a file: a path on this server, to be asked with the same `Authorization` header, ' +
      'gzipped when `Accept-Encoding` allows it. Null until it has succeeded.',
  })
  exportUrl(
    @Root() { source }: UsageExecution,
    @Arg('format', () => ExportFormatEnum, { description: 'What the file is to be.' }) format: ExportFormat,
  ): string | null {
    return source.status === 'SUCCEEDED' ? exportPath(source.id, format) : null;
  }
}
