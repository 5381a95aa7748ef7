import { describe, expect, it } from '@jest/globals';

import { acceptsGzip } from '../../src/transport/http/accept-encoding.js';
import { EXPORT_ENCODINGS } from '../../src/transport/http/export-encoding.js';
import { usageRow } from '../support/store.js';

const { CSV, JSONL } = EXPORT_ENCODINGS;
const uriField = (templateUri: string | null) =>
  CSV.encode([
    usageRow({ date: null, oauthClientId: null, oauthClientName: null, httpMethod: null, templateUri }),
  ])
    .replace(/^,{8}/, '')
    .replace(/,1,,,,,\r\n$/, '');

describe('CSV', () => {
  it('has a line for each row, ended by CRLF, with nothing for null and 0 for zero', () => {
    expect(CSV.encode([usageRow({ status500: 0 }), usageRow({ requests: null })])).toBe(
      '2026-03-01,client-1,App,,,,,GET,/api/v2/users,1,,,,,0\r\n' +
        '2026-03-01,client-1,App,,,,,GET,/api/v2/users,,,,,,\r\n',
    );
  });

  it.each([
    ['api/v2/users', 'api/v2/users'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['two\r\nlines', '"two\r\nlines"'],
    [' spaces ', ' spaces '],
    ['größer 😀', 'größer 😀'],
    ['', ''],
    [null, ''],
  ])('writes %j as %j', (text, field) => {
    expect(uriField(text)).toBe(field);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['a=1', 'a=1'],
  ])('lets no spreadsheet take %j for a formula', (text, field) => {
    expect(uriField(text)).toBe(field);
  });

  it('leaves numbers as they are, also the largest', () => {
    const line = CSV.encode([usageRow({ requests: Number.MAX_SAFE_INTEGER, status200: -1 })]);
    expect(line).toContain(',9007199254740991,-1,,,,');
  });
});

describe('JSON Lines', () => {
  it('has one object a line, whatever the texts hold', () => {
    const rows = [usageRow({ templateUri: '=a\n"b"\u2028' }), usageRow({ userName: '😀' })];
    const lines = JSONL.encode(rows).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(rows);
  });
});

describe('gzip is taken', () => {
  it.each([
    ['gzip', true],
    ['deflate, GZIP;q=0.5', true],
    ['*', true],
    ['x-gzip', true],
    ['gzip;q=0, *', false],
    ['gzip; q=0.0', false],
    ['*;q=0', false],
    ['br', false],
    ['', false],
    [undefined, false],
    ['gzip;q=nonsense', false],
  ])('for %j: %s', (header, taken) => {
    expect(acceptsGzip(header)).toBe(taken);
  });
});
