/** What was acknowledged and what was told, and every promise that was seen broken. */
export interface Told {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly done: boolean;
  readonly finishedAt: string | null;
  readonly rows: { readonly totalCount: number };
}

export interface LedgerReport {
  readonly violations: readonly string[];
  /** Tenant and id of every execution that a start has answered with. */
  readonly acknowledged: readonly (readonly [tenant: string, id: string])[];
  /** Rows of each execution that somebody was told of as succeeded. */
  readonly rowCounts: readonly (readonly [id: string, rows: number])[];
}

/** What a run with thousands of them says no better. */
const SHOWN = 50;

export class Ledger {
  readonly #violations: string[] = [];
  readonly #acknowledged: (readonly [string, string])[] = [];
  readonly #finals = new Map<string, string>();
  readonly #rowCounts = new Map<string, number>();

  acknowledge(tenant: string, id: string): void {
    this.#acknowledged.push([tenant, id]);
  }

  violate(what: string): void {
    if (this.#violations.length < SHOWN) this.#violations.push(what);
  }

  /** Whoever hears of an execution's end must hear the same. */
  ended({ id, status, rows }: Told): void {
    const known = this.#finals.get(id);
    if (known !== undefined && known !== status) this.violate(`${id} ended as ${known} and as ${status}`);
    this.#finals.set(id, status);
    this.counted(id, rows.totalCount, 'told');
  }

  counted(id: string, rows: number, where: string): void {
    const known = this.#rowCounts.get(id);
    if (known !== undefined && known !== rows)
      this.violate(`${id} has ${known} rows, and ${rows} by ${where}`);
    this.#rowCounts.set(id, rows);
  }

  expectEqual(what: string, got: unknown, wanted: unknown): void {
    if (got !== wanted) this.violate(`${what}: ${String(got)}, not ${String(wanted)}`);
  }

  /** Since the last one; what came before is forgotten. */
  report(): LedgerReport {
    const report = {
      violations: this.#violations.splice(0),
      acknowledged: this.#acknowledged.splice(0),
      rowCounts: [...this.#rowCounts],
    };
    this.#finals.clear();
    this.#rowCounts.clear();
    return report;
  }
}
