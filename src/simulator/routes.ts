import type { Answer } from './answer.js';
import type { MetFaults, Stage } from './faults.js';
import type { OperationName } from './operations.js';
import type { Caller } from './tokens.js';

/** One request on its way through an endpoint. */
export interface Exchange {
  /** The named parts of the path, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  authorization: string | undefined;
  faults: MetFaults;
  /** The body as JSON. @throws ApiError 400, 413 or 415 */
  readJson: () => Promise<unknown>;
  /** The body as a form. @throws ApiError 413 or 415 */
  readForm: () => Promise<URLSearchParams>;
}

interface Place {
  method: string;
  /** Path with `{name}` for its variable parts. */
  path: string;
}

/** An endpoint that needs a token. */
export interface ApiRoute extends Place {
  stage: Exclude<Stage, 'login'>;
  operation?: OperationName;
  handle(exchange: Exchange, caller: Caller): Answer | Promise<Answer>;
}

/** An endpoint that hands out tokens. */
export interface LoginRoute extends Place {
  stage: 'login';
  operation?: undefined;
  handle(exchange: Exchange): Answer | Promise<Answer>;
}

export type Route = ApiRoute | LoginRoute;

export interface RouteMatch {
  route: Route;
  params: Record<string, string>;
}

/** Compiles the routes; the first that fits a method and path wins. */
export function createRouter(
  routes: readonly Route[],
): (method: string, path: string) => RouteMatch | undefined {
  const compiled = routes.map((route) => ({ route, pattern: toPattern(route.path) }));
  return (method, path) => {
    for (const { route, pattern } of compiled) {
      const groups = route.method === method ? pattern.exec(path) : null;
      if (groups !== null) return { route, params: decodeAll(groups.groups ?? {}) };
    }
    return undefined;
  };
}

function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
}

function decodeAll(groups: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decode(value)]));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % is part of an id that nobody has
  }
}
