/**
 * Which text an operation has: the one that it brings, or one that it names by a hash. Either the server has a list of
 * trusted documents, and accepts nothing else; or clients may leave a text behind under its SHA-256 and send the hash
 * alone from then on (Apollo's automatic persisted queries). The same behind all three doors.
 */
import { createHash } from 'node:crypto';

import { GraphQLError, stripIgnoredCharacters } from 'graphql';

import { RequestError } from '../../domain/error-codes.js';
import type { TrustedDocuments } from './trusted-documents.js';
import { isRecord } from '../../lib/is-record.js';

/** Where a request names its document; nothing is checked yet. */
export interface DocumentParams {
  readonly query?: unknown;
  readonly extensions?: unknown;
  readonly documentId?: unknown;
  /** Which of its operations, where it has several. */
  readonly operationName?: unknown;
}

export interface FoundDocument {
  /** As it came when it is no text: whoever asked refuses that by itself. */
  readonly text: unknown;
  /** Under which the text may be kept once it has proved valid; null: it came without. */
  readonly hash: string | null;
}

export interface DocumentSource {
  /**
   * Throws `RequestError` `DOCUMENT_NOT_TRUSTED` or `PERSISTED_QUERY_NOT_FOUND`, and `GraphQLError` `BAD_REQUEST` for a
   * hash that is none or belongs to another text.
   */
  find(params: DocumentParams): FoundDocument;
  /** Keeps a text that proved valid under its hash. */
  keep(found: FoundDocument): void;
}

/** Characters of all texts that clients have left behind: some thousand documents, and a few MB of memory. */
const MOST_KEPT = 2_000_000;

/** With null any document is accepted. */
export function createDocumentSource(trusted: TrustedDocuments | null): DocumentSource {
  return trusted ? onlyTrusted(trusted) : automatic(createKeptTexts(MOST_KEPT));
}

function onlyTrusted(trusted: TrustedDocuments): DocumentSource {
  return {
    find(params) {
      const id = idOf(params);
      const text = id === null ? trusted.same(toText(params.query)) : trusted.byId(id);
      if (text !== null) return { text, hash: null };
      throw new RequestError(
        'DOCUMENT_NOT_TRUSTED',
        'Only documents that this server has listed are accepted.',
      );
    },
    keep() {},
  };
}

function automatic(kept: KeptTexts): DocumentSource {
  return {
    find(params) {
      const hash = idOf(params);
      const text = toText(params.query);
      if (hash === null) return { text: params.query, hash: null };
      if (text === '') {
        const found = kept.get(hash);
        if (found !== undefined) return { text: found, hash: null };
        // Clients go by the code, older ones by this very message.
        throw new RequestError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
      }
      if (sha256(text) !== hash) throw badRequest('The hash is not the SHA-256 of the document.');
      return { text, hash };
    },
    keep({ text, hash }) {
      if (hash !== null && typeof text === 'string') kept.set(hash, text);
    },
  };
}

/** `documentId` as GraphQL over HTTP has it, or the extension of Apollo's protocol. */
function idOf({ documentId, extensions }: DocumentParams): string | null {
  if (typeof documentId === 'string') return documentId.replace(/^sha256:/, '');
  const persisted = isRecord(extensions) ? extensions['persistedQuery'] : undefined;
  if (persisted === undefined || persisted === null) return null;
  const hash = isRecord(persisted) ? persisted['sha256Hash'] : undefined;
  const version = isRecord(persisted) ? (persisted['version'] ?? 1) : undefined;
  if (typeof hash === 'string' && version === 1) return hash;
  throw badRequest('extensions.persistedQuery must be {"version": 1, "sha256Hash": "…"}.');
}

/** Over WebSocket the protocol demands a text: an empty one is none. */
function toText(query: unknown): string {
  return typeof query === 'string' ? query : '';
}

interface KeptTexts {
  get(hash: string): string | undefined;
  set(hash: string, text: string): void;
}

/** What was not asked for longest goes first. */
function createKeptTexts(mostCharacters: number): KeptTexts {
  const texts = new Map<string, string>();
  let characters = 0;
  return {
    get(hash) {
      const text = texts.get(hash);
      if (text === undefined) return undefined;
      texts.delete(hash);
      texts.set(hash, text);
      return text;
    },
    set(hash, text) {
      if (texts.has(hash)) return;
      texts.set(hash, text);
      characters += text.length;
      for (const [oldest, { length }] of texts) {
        if (characters <= mostCharacters) break;
        texts.delete(oldest);
        characters -= length;
      }
    },
  };
}

/** The same for texts that differ in nothing but blanks, commas and comments; null for what is no document. */
export function essence(text: string): string | null {
  try {
    return stripIgnoredCharacters(text);
  } catch {
    return null;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}
