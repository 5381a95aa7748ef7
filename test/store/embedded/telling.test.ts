import { describe, expect, it } from '@jest/globals';
import { telling } from '../../../src/store/embedded/processes.js';
import { parsePostmasterFile } from '../../../src/store/embedded/postmaster-file.js';

describe('telling', () => {
  it('finds the error before the farewell', () => {
    const output = 'LOG: starting\nFATAL:  could not bind\nHINT: look\nLOG:  database system is shut down\n';
    expect(telling(output)).toBe('FATAL:  could not bind');
  });

  it('prefers the full disk to what follows from it', () => {
    const output = 'ERROR: write: No space left on device\nPANIC: cannot abort\n';
    expect(telling(output)).toBe('ERROR: write: No space left on device');
  });

  it('answers the last line when none is an error, and says so when there is none', () => {
    expect(telling('one\ntwo\n\n')).toBe('two');
    expect(telling('')).toBe('it said nothing');
  });
});

describe('parsePostmasterFile', () => {
  it('reads pid and port', () => {
    const text = '17\n/data\n1700000000\n5432\n\n127.0.0.1\n 1 2\nready   \n';
    expect(parsePostmasterFile(text)).toEqual({ pid: 17, port: 5432 });
  });

  it('does not trust a port that is still being written', () => {
    expect(parsePostmasterFile('17\n/data\n1700000000\n54')).toEqual({ pid: 17, port: undefined });
  });

  it('knows no server without a pid', () => {
    expect(parsePostmasterFile('')).toBeUndefined();
    expect(parsePostmasterFile('x\n')).toBeUndefined();
    expect(parsePostmasterFile('-17\n')).toBeUndefined();
  });
});
