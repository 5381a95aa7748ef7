/**
 * The rows of one result on their way into the store. A large answer is stored while it still arrives, so that little of it
 * is ever in memory; and few of them at a time, so that many that arrive together do not add up. Those that wait are not
 * read on: upstream waits with them. Answers that fit into memory in one piece, nearly all, wait for nobody.
 */
import type { UsageRow } from '../../domain/execution.js';
import type { Claim, ExecutionStore } from '../../domain/ports/execution-store.js';
import type { TakeRows } from '../../domain/ports/usage-upstream.js';
import type { Turnstile } from '../../lib/turnstile.js';

/** The claim is another node's now, or the execution was canceled: nothing more of the result is wanted. */
export class ClaimLostError extends Error {
  override readonly name = 'ClaimLostError';
}

export interface IntakeOptions {
  readonly store: Pick<ExecutionStore, 'stageRows'>;
  /** Rows kept of the whole result at most. */
  readonly maxRows: number;
  /** Admits large answers. */
  readonly largeAnswers: Turnstile;
}

/** What is stored of one result; to be left by whoever made it. */
export interface ResultIntake {
  /** For `UsageUpstream.poll`: settles when the rows before these are stored. Throws `ClaimLostError`. */
  readonly take: TakeRows;
  /** Settles when all that was taken is stored; throws as `take` does. */
  settle(): Promise<void>;
  /** Rows of earlier pages and of this answer that are in the store. */
  readonly stored: number;
  /** Of these, those of this answer. */
  readonly staged: number;
  /** True when there is no room for any other. */
  readonly full: boolean;
  /** Those of the last rows of an answer for which there is room; they count as stored. */
  fitting(rows: readonly UsageRow[]): readonly UsageRow[];
  /** True when more rows came than are kept. */
  readonly cut: boolean;
  /** What was staged has been counted in: the next page begins. */
  nextPage(): void;
  /** Lets the next large answer in. */
  leave(): void;
}

export function createResultIntake(claim: Claim, signal: AbortSignal, options: IntakeOptions): ResultIntake {
  const { store, maxRows, largeAnswers } = options;
  let stored = claim.storedRows;
  let staged = 0;
  let cut = false;
  let storing: Promise<void> = Promise.resolve();
  let leave = () => {};
  let isIn = false;

  function fitting(rows: readonly UsageRow[]): readonly UsageRow[] {
    const page = rows.slice(0, Math.max(0, maxRows - stored));
    stored += page.length;
    cut ||= page.length < rows.length;
    return page;
  }

  /** While some rows are being stored the next ones are read: the two take about as long. */
  async function take(rows: readonly UsageRow[]): Promise<void> {
    if (!isIn) leave = await largeAnswers.enter(signal);
    isIn = true;
    await storing;
    const page = fitting(rows);
    if (page.length === 0) return;
    storing = stage(page, staged);
    staged += page.length;
    // Thrown by whoever waits for it next.
    storing.catch(() => {});
  }

  async function stage(rows: readonly UsageRow[], behind: number): Promise<void> {
    if (!(await store.stageRows(claim, behind, rows))) throw new ClaimLostError();
  }

  return {
    take,
    settle: () => storing,
    get stored() {
      return stored;
    },
    get staged() {
      return staged;
    },
    get full() {
      return stored >= maxRows;
    },
    fitting,
    get cut() {
      return cut;
    },
    nextPage: () => (staged = 0),
    leave: () => leave(),
  };
}
