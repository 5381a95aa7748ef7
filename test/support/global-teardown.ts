/** Stops what `global-setup.ts` has started. */
export default async function teardown(): Promise<void> {
  await (globalThis as typeof globalThis & { stopTestPostgres?: () => Promise<void> }).stopTestPostgres?.();
}
