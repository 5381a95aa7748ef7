import type { RecordedRequest } from '../../../src/simulator/simulator.js';
import type { Cluster } from './cluster.js';

/** Requests for the results of what `Cluster.start` has started. */
export function pollsOf({ simulator }: Cluster): RecordedRequest[] {
  return simulator.requests.filter(({ path }) => path.startsWith('/api/v2/usage/query/'));
}
