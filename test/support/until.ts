import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a condition, and says which one it was when the deadline comes first. */
export async function until(what: string, condition: () => unknown, deadlineMs = 10_000): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
    await delay(5);
  }
}
