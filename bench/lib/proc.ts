/** What Linux tells of a running process. */
import { readFileSync } from 'node:fs';

/** User and system time so far, in milliseconds; Linux counts in hundredths of a second. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory now, or the most of it, in MB; Linux tells kilobytes. */
export function residentMb(pid: number, what: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(text)?.[1]) / 1024;
}
