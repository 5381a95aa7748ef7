import { Environment, type GraphQLResponse, Network, Observable, RecordSource, Store } from 'relay-runtime';

import { createNetwork } from './network';

/** Where a page has its token from is its own business; see docs/clients/relay.md. */
export function createEnvironment(server: string, freshToken: () => Promise<string>): Environment {
  const { request, subscribe } = createNetwork(server, freshToken);
  return new Environment({
    network: Network.create(
      ({ text }, variables) => request(text ?? '', variables) as Promise<GraphQLResponse>,
      ({ text }, variables) =>
        Observable.create((sink) =>
          subscribe(text ?? '', variables, {
            next: (result) => sink.next(result as GraphQLResponse),
            error: (error) => sink.error(error instanceof Error ? error : new Error(JSON.stringify(error))),
            complete: () => sink.complete(),
          }),
        ),
    ),
    store: new Store(new RecordSource()),
  });
}
