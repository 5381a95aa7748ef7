/** What running nodes and their PostgreSQL use from now on, until it is asked for. */
import type { Nodes } from '../budget/nodes.ts';
import { cpuOfProcess, cpuOfServer, postmasterOf, written } from './server.ts';

export async function watchUse(nodes: Nodes) {
  const postmaster = await postmasterOf(nodes.databaseUrl);
  const read = async () => ({
    at: performance.now(),
    node: nodes.programs.reduce((sum, { pid }) => sum + cpuOfProcess(pid), 0),
    database: cpuOfServer(postmaster),
    own: process.cpuUsage(),
    ...(await written(nodes.databaseUrl)),
  });
  const before = await read();
  return async () => {
    const after = await read();
    const own = process.cpuUsage(before.own);
    return {
      seconds: (after.at - before.at) / 1_000,
      nodeMs: after.node - before.node,
      databaseMs: after.database - before.database,
      upstreamMs: (own.user + own.system) / 1_000,
      commits: after.commits - before.commits,
      walBytes: after.walBytes - before.walBytes,
    };
  };
}
