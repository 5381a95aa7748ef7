/**
 * What every operation passes before it is executed, in this order at each of the three doors: its text is found, its
 * shape is checked, then it is validated, then its cost is weighed. The order is what makes it safe: validation and
 * weighing follow every spread of a fragment, and only the first check bounds how many there are.
 */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  type ParseOptions,
  specifiedRules,
  validate,
  type ValidationRule,
} from 'graphql';

import { type CacheUse, counted } from '../../lib/cache-use.js';
import { checkCost, costOf, type Weighing } from './document-cost.js';
import { checkLength, checkShape } from './document-shape.js';
import { createDocumentSource, type DocumentParams, type FoundDocument } from './documents.js';
import { noteOperation } from '../operation-trace.js';
import { DEFAULT_LIMITS, type GraphQLLimits } from './limits.js';
import { createShownErrors, MOST_LIBRARY_ERRORS, type ShownErrors } from './shown-errors.js';
import type { TrustedDocuments } from './trusted-documents.js';
import { checkVariables } from './variables-shape.js';

export interface OperationGateOptions {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  /** @default DEFAULT_LIMITS */
  readonly limits?: GraphQLLimits;
  /** Null or left out: any document is accepted. */
  readonly trusted?: TrustedDocuments | null;
  /** Where look-ups of documents that were parsed before are counted. */
  readonly use?: CacheUse | undefined;
}

export interface AdmittedDocument extends FoundDocument {
  /** Null when there is no text, or none that can be parsed: the door tells it in its own way. */
  readonly document: DocumentNode | null;
}

export interface OperationGate {
  /** For those who parse and validate by themselves. */
  readonly parseOptions: ParseOptions;
  readonly validationRules: readonly ValidationRule[];
  readonly validationOptions: { readonly maxErrors: number };
  /** For those who execute. */
  readonly executionOptions: { readonly maxCoercionErrors: number };
  readonly shown: ShownErrors;
  /** Before validation. Throws `RequestError` or `GraphQLError`, both with a code and fit to be shown. */
  admit(params: DocumentParams): AdmittedDocument;
  /** The errors of a document; of the same object the second time without looking again. */
  validate(document: DocumentNode): readonly GraphQLError[];
  /** After validation. Throws `RequestError` `QUERY_TOO_COMPLEX`. */
  weigh(admitted: FoundDocument, weighing: Omit<Weighing, 'schema'>): void;
}

export function createOperationGate(options: OperationGateOptions): OperationGate {
  const { schema, introspection, limits = DEFAULT_LIMITS, trusted = null, use } = options;
  const documents = createDocumentSource(trusted);
  const parseOptions: ParseOptions = { maxTokens: limits.tokens };
  const checked = createRecentDocuments();
  const validationRules = introspection ? [] : [NoSchemaIntrospectionCustomRule];
  const validationOptions = { maxErrors: MOST_LIBRARY_ERRORS };
  const rules = [...specifiedRules, ...validationRules];
  const validated = new WeakMap<DocumentNode, readonly GraphQLError[]>();

  function check(text: string): DocumentNode | null {
    const document = parsed(text, parseOptions);
    if (!document) return null;
    checkShape(document, limits);
    checked.set(text, document);
    return document;
  }

  return {
    parseOptions,
    validationRules,
    validationOptions,
    executionOptions: { maxCoercionErrors: MOST_LIBRARY_ERRORS },
    shown: createShownErrors(schema, introspection),
    admit(params) {
      if (typeof params.query === 'string') checkLength(params.query);
      const found = documents.find(params);
      if (typeof found.text !== 'string') return { ...found, document: null };
      const document = counted(use, checked.get(found.text)) ?? check(found.text);
      noteOperation(document, params.operationName);
      return { ...found, document };
    },
    validate(document) {
      const before = validated.get(document);
      if (before) return before;
      const errors = validate(schema, document, rules, validationOptions);
      validated.set(document, errors);
      return errors;
    },
    weigh(admitted, weighing) {
      checkVariables(weighing.variables);
      checkCost(costOf({ ...weighing, schema }), limits.cost);
      documents.keep(admitted);
    },
  };
}

/** Clients ask the same again and again: the latest texts of usual length need not be parsed anew. */
const RECENT = 500;
const USUAL_LENGTH = 8_000;

/** Whether a text is one whose document is the same object the next time. */
export function isOfUsualLength(text: unknown): boolean {
  return typeof text === 'string' && text.length <= USUAL_LENGTH;
}

function createRecentDocuments() {
  const documents = new Map<string, DocumentNode>();
  return {
    get: (text: string) => documents.get(text),
    set(text: string, document: DocumentNode): void {
      if (!isOfUsualLength(text)) return;
      documents.set(text, document);
      const [oldest] = documents.keys();
      if (documents.size > RECENT && oldest !== undefined) documents.delete(oldest);
    },
  };
}

function parsed(text: string, options: ParseOptions): DocumentNode | null {
  try {
    return parse(text, options);
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}
