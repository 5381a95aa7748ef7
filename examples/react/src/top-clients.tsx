import { compact, percent } from './numbers';
import type { Group } from './usage-client';

/** The busiest OAuth clients, the first one as wide as the list. */
export function TopClients({ groups }: { groups: Group[] }) {
  const most = Math.max(...groups.map(({ totals }) => totals.requests ?? 0), 1);
  return (
    <section className="card">
      <div className="heading">
        <h2>Busiest clients</h2>
      </div>
      <ol className="clients">
        {groups.map(({ key, totals }) => {
          const requests = totals.requests ?? 0;
          const throttled = requests > 0 ? (totals.status429 ?? 0) / requests : 0;
          return (
            <li key={key[0]?.value}>
              <span className="name">{key[0]?.name ?? key[0]?.value ?? 'unknown'}</span>
              <span className="track" aria-hidden="true">
                <span style={{ width: `${(100 * requests) / most}%` }} />
              </span>
              <span className="count">{compact(requests)}</span>
              <span className={throttled >= 0.02 ? 'rate high' : 'rate'}>{percent(throttled)} throttled</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
