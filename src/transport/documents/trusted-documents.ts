/** The list of documents that alone are accepted, from the manifest that a frontend's build writes. */
import { readFile } from 'node:fs/promises';

import { type GraphQLSchema, parse, specifiedRules, validate } from 'graphql';
import { z } from 'zod';

import { StartupError } from '../../lib/startup-error.js';
import { checkLength, checkShape } from './document-shape.js';
import { essence } from './documents.js';
import type { GraphQLLimits } from './limits.js';

export interface TrustedDocuments {
  byId(id: string): string | null;
  /** The listed text that differs from this one in nothing but blanks, commas and comments. */
  same(text: string): string | null;
}

/** `persisted-documents.json` of the GraphQL code generator: texts by their hash. */
const codegenManifest = z.record(z.string(), z.string());
const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), body: z.string() })),
});

/** Problems that are told at once: a manifest for another schema would have hundreds. */
const MOST_TOLD = 10;

/** Throws `StartupError` for a file that is no manifest, and for documents that would never be answered. */
export async function readTrustedDocuments(
  path: string,
  schema: GraphQLSchema,
  limits: GraphQLLimits,
): Promise<TrustedDocuments> {
  const texts = await readManifest(path);
  const problems = [...texts].flatMap(([id, text]) =>
    problemOf(text, schema, limits).map((what) => `${id}: ${what}`),
  );
  if (problems.length > 0) {
    const lines = problems.slice(0, MOST_TOLD).map((line) => `  ${line}`);
    throw new StartupError(
      `TRUSTED_DOCUMENTS lists documents that can not be answered:\n${lines.join('\n')}`,
    );
  }
  return createTrustedDocuments(texts);
}

export function createTrustedDocuments(texts: ReadonlyMap<string, string>): TrustedDocuments {
  const byEssence = new Map([...texts.values()].map((text) => [essence(text), text]));
  return {
    byId: (id) => texts.get(id) ?? null,
    same: (text) => byEssence.get(essence(text) ?? '') ?? null,
  };
}

async function readManifest(path: string): Promise<Map<string, string>> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new StartupError(`TRUSTED_DOCUMENTS: ${path} can not be read as JSON.`, { cause });
  }
  const apollo = apolloManifest.safeParse(content);
  if (apollo.success) return new Map(apollo.data.operations.map(({ id, body }) => [id, body]));
  const codegen = codegenManifest.safeParse(content);
  if (codegen.success) return new Map(Object.entries(codegen.data));
  throw new StartupError(
    `TRUSTED_DOCUMENTS: ${path} is neither a persisted-documents.json of the GraphQL code generator nor a manifest of Apollo's.`,
  );
}

function problemOf(text: string, schema: GraphQLSchema, limits: GraphQLLimits): string[] {
  try {
    checkLength(text);
    const document = parse(text, { maxTokens: limits.tokens });
    checkShape(document, limits);
    return validate(schema, document, specifiedRules).map((error) => error.message);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
