import { setTimeout as delay } from 'node:timers/promises';

/** Waits until the condition holds; throws when it does not within the deadline. */
export async function until(condition: () => Promise<boolean>, deadlineMs = 5_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`did not come true within ${deadlineMs} ms`);
    await delay(2);
  }
}
