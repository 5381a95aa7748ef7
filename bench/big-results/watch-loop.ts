/**
 * Loaded into the program by `--import`: how long its event loop is held up. The longest time between two ticks is what a
 * client would notice; the processor time of the main thread within it says how much of that was this program's work, and
 * how much the machine gave to others meanwhile.
 */
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';

export interface LoopReport {
  /** Longest time between two ticks, less the tick itself. */
  readonly longestMs: number;
  /** Longest processor time of the main thread between two ticks. */
  readonly longestCpuMs: number;
  /** 99 of 100 ticks are late by at most so much. */
  readonly p99Ms: number;
  /** The longest pause for garbage. */
  readonly longestGcMs: number;
}

const TICK_MS = 2;

const histogram = monitorEventLoopDelay({ resolution: TICK_MS });
let longestMs = 0;
let longestCpuMs = 0;
let longestGcMs = 0;
let at = performance.now();
let cpu = process.threadCpuUsage();

const cpuMs = (before: NodeJS.CpuUsage, now: NodeJS.CpuUsage) =>
  (now.user + now.system - before.user - before.system) / 1_000;

function tick(): void {
  const [now, cpuNow] = [performance.now(), process.threadCpuUsage()];
  longestMs = Math.max(longestMs, now - at - TICK_MS);
  longestCpuMs = Math.max(longestCpuMs, cpuMs(cpu, cpuNow));
  [at, cpu] = [now, cpuNow];
}

new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longestGcMs = Math.max(longestGcMs, duration);
}).observe({ entryTypes: ['gc'] });
setInterval(tick, TICK_MS).unref();
histogram.enable();

process.on('message', (asked) => {
  if (asked !== 'report') return;
  tick();
  const report: LoopReport = { longestMs, longestCpuMs, p99Ms: histogram.percentile(99) / 1e6, longestGcMs };
  process.send?.(report);
  longestMs = longestCpuMs = longestGcMs = 0;
  histogram.reset();
});
process.channel?.unref();
