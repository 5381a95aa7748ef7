/** What users ask over HTTP, each answer looked at: as many rows here as there, newest first, nothing of another tenant's. */
import { get } from 'node:http';

import type { HttpClient } from './http-client.ts';
import {
  addCanceled,
  type House,
  oneOf,
  type Readable,
  readableOf,
  runningOf,
  tokenOf,
  walkOf,
} from './house.ts';
import type { Ledger } from './ledger.ts';
import { asks } from './requests.ts';

interface Rows {
  readonly totalCount: number;
  readonly nodes: readonly unknown[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export class Reading {
  readonly #urls: readonly string[];
  readonly #clients: readonly HttpClient[];
  readonly #ledger: Ledger;

  constructor(urls: readonly string[], clients: readonly HttpClient[], ledger: Ledger) {
    [this.#urls, this.#clients, this.#ledger] = [urls, clients, ledger];
  }

  /** The data of an answer without errors, from any node. */
  async ask<T>(house: House, body: string): Promise<T> {
    const client = oneOf(this.#clients);
    if (!client) throw new Error('no node');
    const { status, text } = await client.post(tokenOf(house), body);
    const answer = JSON.parse(text) as { data?: T; errors?: { extensions?: { code?: string } }[] };
    if (status === 200 && answer.data && !answer.errors) return answer.data;
    throw new Error(`${status} ${answer.errors?.[0]?.extensions?.code ?? text.slice(0, 100)}`);
  }

  /** Half of those who ask ask about what still runs. */
  async status(house: House, of: Readable): Promise<void> {
    const running = Math.random() < 0.5 ? oneOf(runningOf(house)) : undefined;
    const id = running ?? of.id;
    const { done, rows } = await this.#execution<{ done: boolean; rows: Rows }>(house, id, asks.status(id));
    if (done) house.running.delete(id);
    if (id === of.id) this.#ledger.expectEqual(`rows of ${id}`, rows.totalCount, of.rows);
  }

  /** False: there is nothing to read yet. */
  async page(house: House): Promise<boolean> {
    const walk = walkOf(house);
    if (!walk) return false;
    const { id, rows: wanted } = walk.of;
    const { rows } = await this.#execution<{ rows: Rows }>(house, id, asks.page(id, walk.after));
    walk.seen += rows.nodes.length;
    walk.after = rows.pageInfo.endCursor;
    this.#ledger.expectEqual(`rows of ${id}`, rows.totalCount, wanted);
    if (rows.pageInfo.hasNextPage) house.walks.push(walk);
    else this.#ledger.expectEqual(`rows on all pages of ${id}`, walk.seen, wanted);
    return true;
  }

  async sorted(house: House, { id }: Readable): Promise<void> {
    await this.#execution(house, id, asks.sorted(id));
  }

  async groups(house: House, { id, rows }: Readable): Promise<void> {
    const { totals, groups } = await this.#execution<{
      totals: { rowCount: number };
      groups: { totals: { rowCount: number } }[];
    }>(house, id, asks.groups(id));
    const inGroups = groups.reduce((sum, group) => sum + group.totals.rowCount, 0);
    this.#ledger.expectEqual(`rows in the totals of ${id}`, totals.rowCount, rows);
    this.#ledger.expectEqual(`rows in the groups of ${id}`, inGroups, rows);
  }

  async totals(house: House, { id, rows }: Readable): Promise<void> {
    const { totals } = await this.#execution<{ totals: { rowCount: number } }>(house, id, asks.totals(id));
    this.#ledger.expectEqual(`rows in the totals of ${id}`, totals.rowCount, rows);
  }

  async list(house: House): Promise<void> {
    const { usageExecutions } = await this.ask<{
      usageExecutions: {
        nodes: { createdAt: string }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
    }>(house, asks.list(house.listAfter));
    const { nodes, pageInfo } = usageExecutions;
    const times = nodes.map(({ createdAt }) => createdAt);
    this.#ledger.expectEqual('newest first', times.join(), times.toSorted().toReversed().join());
    // Nobody reads far back.
    house.listAfter = pageInfo.hasNextPage && Math.random() < 0.7 ? pageInfo.endCursor : null;
  }

  /** False: nothing runs. */
  async cancel(house: House): Promise<boolean> {
    const id = runningOf(house).find((each) => !house.canceled.has(each));
    if (id === undefined) return false;
    addCanceled(house, id);
    const { cancelUsageExecution } = await this.ask<{
      cancelUsageExecution: { execution: { done: boolean } | null; userErrors: { code: string }[] };
    }>(house, asks.cancel(id));
    const { execution, userErrors } = cancelUsageExecution;
    house.running.delete(id);
    if (!execution?.done || (userErrors[0] && userErrors[0].code !== 'ALREADY_FINAL'))
      this.#ledger.violate(`${id} was not canceled: ${JSON.stringify(userErrors)}`);
    return true;
  }

  async foreign(house: House, other: House): Promise<boolean> {
    const theirs = readableOf(other);
    if (!theirs) return false;
    const data = await this.ask<{ usageExecution: unknown }>(house, asks.status(theirs.id));
    if (data.usageExecution !== null)
      this.#ledger.violate(`${house.tenant.name} can see ${theirs.id} of ${other.tenant.name}`);
    return true;
  }

  export(house: House, { id, rows }: Readable): Promise<void> {
    const url = `${oneOf(this.#urls) ?? ''}/executions/${id}/rows.jsonl`;
    const headers = { authorization: `Bearer ${tokenOf(house)}` };
    return new Promise((resolve, reject) => {
      const asking = get(url, { headers, agent: false }, (response) => {
        let lines = 0;
        response.on('data', (chunk: Buffer) => {
          for (const byte of chunk) if (byte === 0x0a) lines += 1;
        });
        response.on('error', reject).on('end', () => {
          if (response.statusCode !== 200) return reject(new Error(`export ${response.statusCode}`));
          this.#ledger.expectEqual(`lines of the export of ${id}`, lines, rows);
          resolve();
        });
      });
      asking.on('error', reject);
    });
  }

  async #execution<T>(house: House, id: string, body: string): Promise<T> {
    const { usageExecution } = await this.ask<{ usageExecution: T | null }>(house, body);
    if (usageExecution) return usageExecution;
    throw new Error(`${id} is not there`);
  }
}
