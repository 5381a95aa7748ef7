/** How much there is to read in the log: what is masked for callers is a line there, and nowhere else. */
import { Counter, type Registry } from 'prom-client';

import type { Logger } from '../lib/logger.js';

/** The same logger, with its warnings and errors counted. */
export function createLogMetrics(registry: Registry): (log: Logger) => Logger {
  const lines = new Counter({
    name: 'usage_graphql_log_lines_total',
    help:
      'Lines of the log at the levels warn and error. An error is something unexpected: a bug, or what callers see as ' +
      'INTERNAL_SERVER_ERROR with its request id. Counted also where LOG_LEVEL hides them.',
    labelNames: ['level'],
    registers: [registry],
  });
  const warnings = lines.labels('warn');
  const errors = lines.labels('error');
  warnings.inc(0);
  errors.inc(0);
  const counted = (log: Logger): Logger => ({
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn(fields, message) {
      warnings.inc();
      log.warn(fields, message);
    },
    error(fields, message) {
      errors.inc();
      log.error(fields, message);
    },
    child: (fields) => counted(log.child(fields)),
  });
  return counted;
}
