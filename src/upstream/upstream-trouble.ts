/** What an operator has to know about upstream while the service runs, told once for all executions that meet it. */
import { errorCode } from '../lib/file-error.js';
import type { LogFields } from '../lib/loggable.js';
import type { Logger } from '../lib/logger.js';
import { StartupError } from '../lib/startup-error.js';
import { createTrouble, type Trouble } from '../lib/trouble.js';
import { UpstreamError } from '../domain/upstream-error.js';
import type { ServiceTokenSource } from '../domain/ports/credentials.js';
import type { UpstreamHttp } from './http.js';

/** Told of every answer of upstream, or of the error in its place (else null). */
export type OnUpstreamAnswer = (error: unknown) => void;

export interface UpstreamTroubles {
  /** For everything that is asked. */
  readonly onAnswer: OnUpstreamAnswer;
  /** For logins with the service's own credentials. */
  readonly onLogin: OnUpstreamAnswer;
  /** Upstream refuses the service's own credentials, as far as this node knows. */
  readonly refused: boolean;
}

const REASONS_DEPTH = 4;

export function createUpstreamTroubles(log: Logger): UpstreamTroubles {
  const away = createTrouble(log, {
    begun:
      'Genesys Cloud does not answer as it should: what is under way is asked again by itself. If it lasts, check ' +
      'GENESYS_REGION or GENESYS_API_URL, and the way to it.',
    over: 'Genesys Cloud answers again',
  });
  const refused = createTrouble(log, {
    begun: `${REFUSED} Nothing can be asked upstream until then.`,
    over: "Genesys Cloud accepts the service's credentials again",
    // After a login that succeeds there is none for hours: nobody else would tell.
    calmMs: 0,
  });
  return {
    onAnswer: (error) => tellUnlessServed(away, error),
    onLogin(error) {
      tellUnlessServed(away, error);
      if (isRefusal(error)) refused.happened(detailsOf(error));
      else if (error === null) refused.passed();
    },
    get refused() {
      return refused.lasts;
    },
  };
}

/** The same requests, with `onAnswer` told of each. */
export function createToldHttp(http: UpstreamHttp, onAnswer: OnUpstreamAnswer): UpstreamHttp {
  return {
    async send(request, parse) {
      try {
        const answer = await http.send(request, parse);
        onAnswer(null);
        return answer;
      } catch (error) {
        onAnswer(error);
        throw error;
      }
    },
  };
}

/** How long a start waits for a login that does not answer. */
const CHECK_TIMEOUT_MS = 5_000;

/**
 * Throws `StartupError` when upstream refuses the service's credentials: none of its work could be done with them. A
 * login that can't be reached passes: it may be back soon, and stored results can be served meanwhile.
 */
export async function expectAcceptedCredentials(tokens: ServiceTokenSource): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, CHECK_TIMEOUT_MS);
  try {
    await Promise.race([tokens.token(), timer.promise]);
  } catch (error) {
    if (isRefusal(error)) throw new StartupError(REFUSED, { cause: error });
    if (!(error instanceof UpstreamError)) throw error;
  } finally {
    clearTimeout(timeout);
  }
}

const REFUSED =
  "Genesys Cloud does not accept the service's credentials. Check GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET, and that " +
  'GENESYS_REGION (or GENESYS_LOGIN_URL) is where that OAuth client lives.';

/** Upstream does not accept the credentials themselves. */
export function isRefusal(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.kind === 'UNAUTHENTICATED';
}

/** A refusal is an answer too; a request that we have given up ourselves tells nothing. */
function tellUnlessServed(trouble: Trouble, error: unknown): void {
  if (error instanceof UpstreamError && error.kind === 'UNAVAILABLE') trouble.happened(detailsOf(error));
  else if (error === null || error instanceof UpstreamError) trouble.passed();
}

function detailsOf(error: UpstreamError): LogFields {
  const { status, upstreamCode, correlationId, message } = error;
  return { reason: systemCodeOf(error) ?? message, status, upstreamCode, correlationId };
}

/** `fetch` hides what the system said below its own words. */
function systemCodeOf(error: unknown): string | undefined {
  let cause = error;
  for (let depth = 0; depth < REASONS_DEPTH && cause instanceof Error; depth += 1) {
    const code = errorCode(cause);
    if (code !== undefined) return code;
    cause = cause.cause;
  }
  return undefined;
}
