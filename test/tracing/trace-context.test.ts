import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { parseCarrier, parseStored, toStored } from '../../src/tracing/trace-context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('the trace context of a client', () => {
  it('is read as W3C writes it, also from versions to come', () => {
    const expected = { traceId: TRACE, spanId: SPAN, traceFlags: 1, isRemote: true };
    expect(parseCarrier({ traceparent: `00-${TRACE}-${SPAN}-01` })).toEqual(expected);
    expect(parseCarrier({ traceparent: `cc-${TRACE}-${SPAN}-01-what-comes-later` })).toEqual(expected);
    expect(parseCarrier({ traceparent: `00-${TRACE}-${SPAN}-00` })?.traceFlags).toBe(0);
    const withState = parseCarrier({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'a=1,b=2' });
    expect(withState?.traceState?.get('b')).toBe('2');
  });

  it.each([
    ['an unknown form', 'x'],
    ['upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['no flags', `00-${TRACE}-${SPAN}`],
    ['more than its version has', `00-${TRACE}-${SPAN}-01-more`],
    ['the version that is forbidden', `ff-${TRACE}-${SPAN}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a line behind it', `00-${TRACE}-${SPAN}-01\n`],
    ['a list', [`00-${TRACE}-${SPAN}-01`]],
    ['nothing', undefined],
  ])('counts as not sent when it has %s', (_what, traceparent) => {
    expect(parseCarrier({ traceparent })).toBeNull();
  });

  it('keeps the trace and leaves a state behind that is too long or none', () => {
    for (const tracestate of ['a='.padEnd(600, 'x'), 7, null]) {
      const context = parseCarrier({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate });
      expect(context?.traceId).toBe(TRACE);
      expect(context?.traceState).toBeUndefined();
    }
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (traceparent, tracestate) => {
        parseCarrier({ traceparent, tracestate });
      }),
    );
  });
});

describe('the trace context of an execution', () => {
  it('is the same after it was stored', () => {
    const traceparent = `00-${TRACE}-${SPAN}-01`;
    for (const carrier of [{ traceparent }, { traceparent, tracestate: 'vendor=opaque,other=2' }]) {
      const stored = toStored(parseCarrier(carrier)!);
      expect(stored).toBe(Object.values(carrier).join(' '));
      expect(toStored(parseStored(stored)!)).toBe(stored);
    }
  });

  it('is none where nothing or something else is stored', () => {
    for (const stored of [null, undefined, '', 'of another kind']) expect(parseStored(stored)).toBeNull();
  });
});
