/** Every operation that we show to people: in the documentation, on the GraphiQL page, and in our own typed documents. */
import { readFile } from 'node:fs/promises';

import { buildSchema, getIntrospectionQuery, type DocumentNode, print } from 'graphql';

import { prepareOperations } from '../../web/src/operations.js';
import { codeBlocks, ROOT } from './markdown.js';
import * as documents from '../documents/usage.graphql.js';
import { ExportUrls } from '../documents/export.graphql.js';

export interface DocumentedOperation {
  readonly name: string;
  readonly query: string;
}

export async function documentedOperations(): Promise<DocumentedOperation[]> {
  return [
    ...typedDocuments(),
    ...(await fromDocumentation()),
    ...fromPage(),
    // As GraphiQL asks, with everything that it may ask for.
    {
      name: 'introspection',
      query: getIntrospectionQuery({
        schemaDescription: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        inputValueDeprecation: true,
        oneOf: true,
      }),
    },
  ];
}

export async function committedSchema() {
  return buildSchema(await readFile(new URL('schema/schema.graphql', ROOT), 'utf8'));
}

/** Fragments alone can't be asked. */
function typedDocuments(): DocumentedOperation[] {
  const all: Record<string, DocumentNode> = { ...documents, ExportUrls };
  return Object.entries(all)
    .filter(([, { definitions }]) => definitions.some(({ kind }) => kind === 'OperationDefinition'))
    .map(([name, document]) => ({ name, query: print(document) }));
}

async function fromDocumentation(): Promise<DocumentedOperation[]> {
  const shown = (await codeBlocks()).filter(
    ({ language, notRun }) => language === 'graphql' && notRun === null,
  );
  return shown.map(({ place, text }) => ({ name: place, query: text }));
}

function fromPage(): DocumentedOperation[] {
  return prepareOperations(new Date()).map(({ query }, i) => ({ name: `page ${i + 1}`, query }));
}
