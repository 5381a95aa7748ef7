import type { UsageOperation } from '../../src/domain/operation.js';
import { canonicalRequest, type RequestDraft, type UsageRequest } from '../../src/domain/request.js';

/** Some instant on which the intervals of tests lie in the recent past. */
export const REQUEST_NOW = Date.parse('2026-03-15T12:00:00Z');
export const CLIENT_ID = '11111111-2222-3333-4444-555555555555';

/** A canonical request, made the way that the service makes one. */
export function usageRequest(operation: UsageOperation, draft: RequestDraft = {}): UsageRequest {
  const isSummary = operation === 'OAUTH_CLIENT_SUMMARY';
  const range = isSummary ? { days: 7 } : { interval: { from: '2026-03-01', to: '2026-03-07' } };
  const perClient = operation.startsWith('OAUTH_CLIENT') ? { clientId: CLIENT_ID } : {};
  const result = canonicalRequest(operation, { ...range, ...perClient, ...draft }, REQUEST_NOW);
  if (!result.ok) throw new Error(JSON.stringify(result.userErrors));
  return result.request;
}
