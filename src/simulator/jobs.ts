/**
 * Started queries. With a state directory a job is on disk before its start is answered, so that neither
 * kill -9 nor a second process on the same directory makes it unknown.
 */
import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../lib/make-directory.js';
import { DAY_MS } from './days.js';
import type { OperationName } from './operations.js';
import { hashText, toShare } from './random.js';
import type { UsageRequest } from './request.js';

const KEPT_DAYS = 7;
/** Bounds the memory of a process that runs for weeks; the oldest go first. */
const MAX_JOBS = 50_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A started query. It has no state: how far it is follows from the clock. */
export interface UsageJob {
  id: string;
  organizationId: string;
  operation: OperationName;
  /** Only for the operations on one OAuth client. */
  clientId?: string;
  request: UsageRequest;
  /** Milliseconds since 1970. */
  startedAt: number;
  durationMs: number;
}

/** How far a job is by the clock. */
export type Progress = 'queued' | 'running' | 'finished';

export interface JobStore {
  /** Gives a job its id, time and duration, and keeps it. */
  start(job: Omit<UsageJob, 'id' | 'startedAt' | 'durationMs'>): Promise<UsageJob>;
  /** Undefined for an id that nobody started, or whose file was swept. */
  find(id: string): Promise<UsageJob | undefined>;
  progressOf(job: UsageJob): Progress;
}

export interface JobStoreOptions {
  stateDir?: string | undefined;
  durations?: ((job: Omit<UsageJob, 'durationMs'>) => number) | undefined;
  now: () => number;
}

/** Opens the store and sweeps files that are older than a week. Rejects when the directory can't be used. */
export async function openJobStore({
  stateDir,
  durations = believableDuration,
  now,
}: JobStoreOptions): Promise<JobStore> {
  if (stateDir !== undefined) await sweep(stateDir, now() - KEPT_DAYS * DAY_MS);
  const jobs = new Map<string, UsageJob>();
  const remember = (job: UsageJob): void => {
    jobs.set(job.id, job);
    const [oldest] = jobs.keys();
    if (jobs.size > MAX_JOBS && oldest !== undefined) jobs.delete(oldest);
  };
  return {
    async start(fields) {
      const started = { ...fields, id: randomUUID(), startedAt: now() };
      const job = { ...started, durationMs: durations(started) };
      if (stateDir !== undefined) await writeJob(stateDir, job);
      remember(job);
      return job;
    },
    async find(id) {
      const known = jobs.get(id);
      if (known !== undefined || stateDir === undefined || !UUID.test(id)) return known;
      const job = await readJob(stateDir, id);
      if (job !== undefined) remember(job);
      return job;
    },
    progressOf(job) {
      const age = now() - job.startedAt;
      if (age >= job.durationMs) return 'finished';
      return age < job.durationMs * 0.15 ? 'queued' : 'running';
    },
  };
}

/** Scaled for a demo, where nobody waits for minutes: mostly seconds, now and then half a minute. */
function believableDuration(job: Omit<UsageJob, 'durationMs'>): number {
  const luck = toShare(hashText(job.id));
  if (job.operation === 'clientSummary') return 700 + 1300 * luck;
  if (luck < 0.85) return 1000 + (5000 * luck) / 0.85;
  return luck < 0.97 ? 10_000 + (5000 * (luck - 0.85)) / 0.12 : 30_000;
}

async function sweep(stateDir: string, olderThan: number): Promise<void> {
  await makeDirectory(stateDir);
  for (const file of await readdir(stateDir)) {
    if (!UUID.test(file.replace(/\.json(\.tmp)?$/, ''))) continue;
    const path = join(stateDir, file);
    // another process may sweep the same directory at the same moment
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: olderThan }));
    if (mtimeMs < olderThan) await unlink(path).catch(() => undefined);
  }
}

async function writeJob(stateDir: string, job: UsageJob): Promise<void> {
  const path = join(stateDir, `${job.id}.json`);
  const unfinished = `${path}.tmp`;
  await writeFile(unfinished, JSON.stringify(job));
  // the file bears the simulator's time, which need not be the machine's: the sweep goes by it
  await utimes(unfinished, job.startedAt / 1000, job.startedAt / 1000);
  await rename(unfinished, path);
}

async function readJob(stateDir: string, id: string): Promise<UsageJob | undefined> {
  const text = await readFile(join(stateDir, `${id}.json`), 'utf8').catch(() => undefined);
  const job: unknown = text === undefined ? undefined : JSON.parse(text);
  return isJob(job) ? job : undefined;
}

/** Only this file writes jobs: what is checked is that no other program left something of that name. */
function isJob(value: unknown): value is UsageJob {
  return typeof value === 'object' && value !== null && 'startedAt' in value && 'request' in value;
}
