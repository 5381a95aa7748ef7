import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import {
  CLIENT_JOB,
  CLIENT_QUERY,
  JOB,
  QUERY,
  read,
  SEARCH,
  SUMMARY,
  WEEK,
  withSimulator,
} from './support.js';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('validation of a start', () => {
  it.each([
    '2026-11-01/2026-11-07',
    '2026-11/2026-11',
    '2026-11-01T00:00:00/2026-11-07T23:59:59',
    '2026-11-01T00:00Z/2026-11-07T12:00:00.000Z',
    '2026-11-01T00:00:00+01:00/2026-11-07',
  ])('takes the interval %s', (interval) =>
    withSimulator(async ({ post }) => {
      expect((await post(JOB, { interval })).status).toBe(202);
    }),
  );

  it.each([
    '',
    'yesterday',
    '2026-11-01',
    '2026-11-01/',
    '2026-02-30/2026-03-01',
    '2026-13/2026-14',
    '2026-11-07/2026-11-01',
    '2026-11-01/2026-11-02/2026-11-03',
    '2026-11-01/P7D',
  ])('refuses the interval "%s"', (interval) =>
    withSimulator(async ({ post }) => {
      const response = await post(QUERY, { interval });
      expect(response.status).toBe(400);
      expect(await read(response)).toMatchObject({
        code: 'invalid.date',
        details: [{ errorCode: 'invalid.date', fieldName: 'interval' }],
      });
    }),
  );

  it.each([
    [QUERY, { groupBy: ['OauthClientId'] }, 'groupBy'],
    [QUERY, { groupBy: ['Platform'] }, 'groupBy'],
    [QUERY, { granularity: 'Hour' }, 'granularity'],
    [QUERY, { metrics: ['requests'] }, 'metrics'],
    [CLIENT_QUERY, { groupBy: ['UserId'] }, 'groupBy'],
    [JOB, { groupBy: ['OAuthClientId'] }, 'groupBy'],
    [JOB, { groupBy: ['OrganizationId'] }, 'groupBy'],
    [JOB, { httpMethods: ['TRACE'] }, 'httpMethods'],
    [JOB, { sortBy: [{ fieldName: 'Mood', order: 'Asc' }] }, 'sortBy'],
    [JOB, { sortBy: [{ fieldName: 'Requests', order: 'Up' }] }, 'sortBy'],
    [CLIENT_JOB, { groupBy: ['OauthClientId'] }, 'groupBy'],
    [SEARCH, { metrics: ['Requests'] }, 'metrics'],
    [SEARCH, { httpMethods: ['get'] }, 'httpMethods'],
  ])('refuses at %s the body %j', (path, body, fieldName) =>
    withSimulator(async ({ post }) => {
      const response = await post(path, { interval: WEEK, ...body });
      expect(response.status).toBe(400);
      expect(await read(response)).toMatchObject({ code: 'invalid.value', details: [{ fieldName }] });
    }),
  );

  it.each([
    [QUERY, { groupBy: ['OAuthClientId', 'OrganizationId', 'UserId', 'TemplateUri', 'HttpMethod'] }],
    [CLIENT_QUERY, { groupBy: ['OAuthClientId', 'OrganizationId', 'TemplateUri', 'HttpMethod'] }],
    [
      JOB,
      { groupBy: ['OauthClientName', 'OauthClientId', 'UserId', 'HttpMethod', 'TemplateUri', 'Platform'] },
    ],
    [CLIENT_JOB, { groupBy: ['OrganizationId', 'HttpMethod', 'TemplateUri', 'Platform'] }],
    [
      SEARCH,
      { metrics: ['Date', 'ClientName', 'HttpMethod', 'TemplateUri', 'Status429'], httpMethods: ['TRACE'] },
    ],
  ])('takes at %s every word of %j', (path, body) =>
    withSimulator(async ({ post }) => {
      expect((await post(path, { interval: WEEK, ...body })).status).toBe(202);
    }),
  );

  it.each([
    [QUERY, {}],
    [QUERY, []],
    [QUERY, { interval: 7 }],
    [QUERY, { interval: WEEK, groupBy: 'HttpMethod' }],
    [JOB, { interval: WEEK, userIds: [1] }],
    [JOB, { interval: WEEK, sortBy: 'date' }],
  ])('finds at %s the shape of %j a bad request', (path, body) =>
    withSimulator(async ({ post }) => {
      const response = await post(path, body);
      expect([response.status, (await read(response)).code]).toEqual([400, 'bad.request']);
    }),
  );

  it.each([
    ['2025-11-22/2025-12-01', 202],
    ['2025-11-21/2025-12-01', 400],
    ['2026-08-01/2026-10-30', 202],
    ['2026-08-01/2026-10-31', 400],
  ])('answers a job over %s with %i', (interval, status) =>
    withSimulator(async ({ post }) => {
      expect((await post(JOB, { interval })).status).toBe(status);
      expect((await post(QUERY, { interval })).status).toBe(202);
    }),
  );

  it.each(['0', '-1', 'week', '1.5', '367'])('refuses a summary over %s days', (days) =>
    withSimulator(async ({ call }) => {
      expect((await call(`${SUMMARY}?days=${days}`)).status).toBe(400);
    }),
  );

  it('refuses a body that is no JSON', () =>
    withSimulator(async ({ call }) => {
      const response = await call(QUERY, { method: 'POST', headers: JSON_TYPE, body: '{' });
      expect([response.status, (await read(response)).code]).toEqual([400, 'bad.request']);
    }));

  it('refuses another media type', () =>
    withSimulator(async ({ call }) => {
      const response = await call(QUERY, { method: 'POST', body: '{}' });
      expect([response.status, (await read(response)).code]).toEqual([415, 'unsupported.media.type']);
    }));

  it.each([
    [512_000, 202],
    [512_001, 413],
  ])('answers a body of %i bytes with %i', (bytes, status) =>
    withSimulator(async ({ call }) => {
      const body = JSON.stringify({ interval: WEEK }).padEnd(bytes, ' ');
      expect((await call(QUERY, { method: 'POST', headers: JSON_TYPE, body })).status).toBe(status);
    }),
  );

  it.each(['//', '*', '/%'])('survives the request target %s', (path) =>
    withSimulator(async ({ url, call }) => {
      const { hostname, port } = new URL(url);
      const request = httpRequest({ hostname, port, path, agent: false }).end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.resume();
      expect(response.statusCode).toBe(404);
      expect((await call('/api/v2/tokens/me')).status).toBe(200);
    }),
  );

  it.each(['/', '/api/v2/usage', '/api/v2/usage/query/x/y', '/api/v2/users/'])('knows no path %s', (path) =>
    withSimulator(async ({ call }) => {
      const response = await call(path);
      expect([response.status, (await read(response)).code]).toEqual([404, 'not.found']);
    }),
  );
});
