/** `docs/metrics.md`. */
import { createMetrics } from '../../metrics/metrics.js';

const HEAD = `<!-- Written by \`npm run docs\` from src/metrics and src/tools/reference/metrics-page.ts. Do not edit. -->

# Metrics

Every node shows its metrics at \`/metrics\`, in the text format of Prometheus:

\`\`\`sh
curl http://127.0.0.1:4000/metrics
\`\`\`

<!-- not run: for Prometheus, which is not part of the tests -->

\`\`\`yaml
scrape_configs:
  - job_name: usage-graphql
    static_configs:
      - targets: ['127.0.0.1:4000']
rule_files:
  - deploy/prometheus/alerts.yaml
\`\`\`

[deploy/prometheus/alerts.yaml](../deploy/prometheus/alerts.yaml) has alerts for the job of this name, each explained in
[runbook.md](runbook.md), and [deploy/grafana/usage-graphql.json](../deploy/grafana/usage-graphql.json) is a dashboard to
import.

## Who may read them

\`METRICS\` says where they are ([configuration.md](configuration.md#metrics)): at the port of everything else (the default),
at a port of their own, or nowhere. No token is asked for and no rate limit counts, so that they can be read when nothing
else works. No tenant, caller, client, token, id or address is ever in them: labels come from closed lists. What they do tell
is how much the service is used; where that should not be seen from outside, set a port, or do not route \`/metrics\` at the
balancer. Answers are never cached.

## How they are taken

Counters and histograms belong to the node and begin at 0 with it: sum their rates over the nodes. Figures of the database
(so described below) are of all nodes together and the same at each: take their maximum. They are read with one cheap
statement at most every two seconds at a node, less often where the database is slow, and are absent while it can not be
reached; all others are there then, too. With each scrape the event loop's delay begins anew, so let one Prometheus scrape.

Names, labels and units are a contract: they change with a new major version alone. To scale by load, take
\`usage_graphql_subscribers\` (a node holds some ten thousand) and \`usage_graphql_queue_lateness_seconds\` (above a second
the pollers do not keep up).

`;

const TAIL = `
## Of the process

The defaults of [prom-client](https://github.com/siimon/prom-client), under the names that dashboards for Node know; which of
them there are depends on the system. Two applications in one process share them. The alerts and the dashboard use:
`;

/** Those of prom-client's that somebody here relies on. */
export const USED_OF_PROCESS: Readonly<Record<string, string>> = {
  nodejs_eventloop_lag_p99_seconds:
    'Delay of the event loop that one timer in a hundred has met, since the scrape before.',
  nodejs_gc_duration_seconds: 'Time for garbage collection, by kind.',
  nodejs_heap_size_used_bytes: 'JavaScript heap in use.',
  process_cpu_seconds_total: 'Processor time.',
  process_max_fds: 'File descriptors that the process may open.',
  process_open_fds: 'File descriptors that are open. Each connection takes one.',
  process_resident_memory_bytes: 'Memory of the process.',
};

interface Described {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labels: readonly string[];
}

export async function metricsPage(): Promise<string> {
  const described = (await describeMetrics()).toSorted((a, b) => a.name.localeCompare(b.name));
  const entries = described.map(({ name, help, type, labels }) => {
    const by = labels.length > 0 ? `, by ${labels.map((label) => `\`${label}\``).join(' and ')}` : '';
    return `### \`${name}\`\n\n${type}${by}\n\n${linked(help)}\n`;
  });
  const ofProcess = Object.entries(USED_OF_PROCESS).map(([name, help]) => `| \`${name}\` | ${help} |`);
  return `${HEAD}## Of the service\n\n${entries.join('\n')}${TAIL}\n| Name | What |\n| --- | --- |\n${ofProcess.join('\n')}\n`;
}

/** What an application registers for itself. */
export async function describeMetrics(): Promise<Described[]> {
  const { registry } = createMetrics();
  const told = await registry.getMetricsAsJSON();
  return told.map(({ name, help, type }) => {
    // The library's types keep the names of labels to themselves.
    const metric = registry.getSingleMetric(name) as unknown as { readonly labelNames?: readonly string[] };
    return { name, help, type: TYPES[String(type)] ?? String(type), labels: metric.labelNames ?? [] };
  });
}

const TYPES: Readonly<Record<string, string>> = {
  counter: 'Counter',
  gauge: 'Gauge',
  histogram: 'Histogram',
};

/** Pages stand beside this one. */
function linked(text: string): string {
  return text.replaceAll('docs/errors.md', '[errors.md](errors.md)');
}
