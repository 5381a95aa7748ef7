/** Loaded into a node (`node --import`): tells on SIGUSR2 for how long its event loop was blocked, and what it holds. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

process.on('SIGUSR2', () => {
  const longestBlockMs = Math.round(delay.max / 1e6) - RESOLUTION_MS;
  const residentMb = Math.round(process.memoryUsage.rss() / 1_048_576);
  console.log(`observed ${JSON.stringify({ longestBlockMs, residentMb })}`);
  delay.reset();
});
