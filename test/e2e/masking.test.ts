import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { inDatabase } from '../support/database.js';
import { closeClients, DOORS, post } from '../support/clients.js';
import { finishedId } from '../support/starts.js';
import { THREE_DOORS } from '../support/three-doors.js';

const TOTALS = 'query ($id: ID!) { usageExecution(id: $id) { totals { rowCount } } }';
const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

let app: TestApp;
let id: string;

beforeAll(async () => {
  app = await startAppWithSimulator();
  id = await finishedId(app.url);
});
afterEach(closeClients);
afterAll(() => app?.stop());

describe('when something breaks that nobody has thought of', () => {
  beforeAll(() => inDatabase(app.databaseUrl, 'ALTER TABLE usage_rows RENAME TO mislaid'));
  afterAll(() => inDatabase(app.databaseUrl, 'ALTER TABLE mislaid RENAME TO usage_rows'));

  it.each(THREE_DOORS)('$name tells only a request id', async (door) => {
    const { errors, data } = await door.ask(app.url, { query: TOTALS, variables: { id } });

    expect(errors).toMatchObject([
      {
        path: ['usageExecution', 'totals'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.stringMatching(REQUEST_ID) },
      },
    ]);
    expect(JSON.stringify(errors)).not.toMatch(/usage_rows|relation|select/i);
    expect(data).toEqual({ usageExecution: null });
  });

  it('the request id is the one in the header of the answer', async () => {
    const { errors, headers } = await post(app.url, { query: TOTALS, variables: { id } });

    expect(errors?.[0]?.extensions?.['requestId']).toBe(headers.get('x-request-id'));
  });

  it.each(DOORS)('a subscription over $name has one masked error and the end', async (door) => {
    const query = 'subscription ($id: ID!) { usageExecutionFinished(id: $id) { totals { rowCount } } }';
    const stream = door.send(app.url, { query, variables: { id } });

    expect(await stream.rest()).toMatchObject([
      { errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.anything() } }] },
    ]);
    expect(await stream.ended).toEqual({ kind: 'completed' });
  });
});
