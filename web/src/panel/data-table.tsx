import { useMemo, useState } from 'react';
import { type Order, type Table, nextOrder, sortRows } from '../usage/table.js';

/** Sorts by a press on a header; once more: the other way. */
export function DataTable({ table, caption }: { table: Table; caption: string }) {
  const [order, setOrder] = useState<Order | null>(null);
  const rows = useMemo(() => sortRows(table, order), [table, order]);
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table className="data-table">
        <caption className="for-screen-readers">{caption}</caption>
        <thead>
          <tr>
            {table.columns.map(({ header, numeric }, column) => (
              <th
                key={header}
                scope="col"
                className={numeric ? 'numeric' : undefined}
                aria-sort={sorting(order, column)}
              >
                <button type="button" onClick={() => setOrder(nextOrder(order, column, numeric))}>
                  {header}
                  {order?.column === column && (
                    <span aria-hidden="true">{order.descending ? '\u00a0↓' : '\u00a0↑'}</span>
                  )}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map(({ text }, column) => (
                <td key={column} className={table.columns[column]?.numeric ? 'numeric' : undefined}>
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function sorting(order: Order | null, column: number): 'ascending' | 'descending' | 'none' {
  if (order?.column !== column) return 'none';
  return order.descending ? 'descending' : 'ascending';
}
