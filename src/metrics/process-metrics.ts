/**
 * What Node and the system tell of the process. It is the same for every application in it, and its observers can't be
 * taken off again: so there is one set of them, made when somebody asks for the first time.
 */
import { collectDefaultMetrics, Registry } from 'prom-client';

let shared: Registry | null = null;

export function processRegistry(): Registry {
  if (shared) return shared;
  shared = new Registry();
  collectDefaultMetrics({ register: shared });
  return shared;
}
