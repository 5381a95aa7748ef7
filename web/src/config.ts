/** What the server tells the page about itself, at /graphiql/config.json. */
export interface PageConfig {
  simulated: boolean;
  /** A token of the simulated upstream; null when the upstream is real. */
  demoToken: string | null;
  endpoint: string;
  subscriptionEndpoint: string;
}

export async function loadConfig(): Promise<PageConfig> {
  const response = await fetch('/graphiql/config.json');
  if (!response.ok) throw new Error(`/graphiql/config.json answered ${response.status}`);
  return parseConfig(await response.json());
}

function parseConfig(value: unknown): PageConfig {
  const fields: Partial<Record<keyof PageConfig, unknown>> =
    typeof value === 'object' && value !== null ? value : {};
  return {
    simulated: fields.simulated === true,
    demoToken: typeof fields.demoToken === 'string' ? fields.demoToken : null,
    endpoint: typeof fields.endpoint === 'string' ? fields.endpoint : '/graphql',
    subscriptionEndpoint:
      typeof fields.subscriptionEndpoint === 'string' ? fields.subscriptionEndpoint : '/graphql',
  };
}
