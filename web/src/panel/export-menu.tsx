import { useGraphiQL } from '@graphiql/react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { parseJson } from '../json.js';
import { requestHeaders } from '../headers';
import { exportableIds } from '../usage/execution-ids.js';
import type { Chart } from './chart-option';
import { chartPng, chartSvg } from './chart-file';
import { type RowsFormat, fetchRows, saveFile } from './rows-file';
import type { ChartTheme } from './theme';

interface ExportMenuProps {
  token: string | null;
  response: string;
  query: string;
  /** What is shown; null: no chart. */
  chart: Chart | null;
  title: string;
  theme: ChartTheme;
}

type Outcome = { how: 'busy' | 'done' | 'failed'; message: string } | null;

/** Rows of the executions that the response is about, and the chart that is shown, as files. */
export function ExportMenu({ token, response, query, chart, title, theme }: ExportMenuProps) {
  const [open, setOpen] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>(null);
  const button = useRef<HTMLButtonElement>(null);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const headerEditor = useGraphiQL((state) => state.headerEditor);
  const ids = open ? exportableIds(response, variableEditor?.getValue() ?? '', query) : [];

  const run = async (what: string, make: () => Promise<Blob>, name: string): Promise<void> => {
    setOpen(false);
    button.current?.focus();
    setOutcome({ how: 'busy', message: `Exporting ${what}…` });
    try {
      saveFile(await make(), name);
      setOutcome({ how: 'done', message: `Saved ${name}` });
    } catch (error) {
      setOutcome({ how: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  };
  const exportRows = (id: string, format: RowsFormat) => {
    const headers = requestHeaders(parseJson(headerEditor?.getValue()), token);
    return run('the rows', () => fetchRows(id, format, headers), `usage-${id}.${format}`);
  };
  const exportChart = (format: 'svg' | 'png') => {
    const make = format === 'svg' ? chartSvg : chartPng;
    return (
      chart && run('the chart', () => make(chart, theme, `Usage · ${title}`), `${fileName(title)}.${format}`)
    );
  };
  const closeByKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !open) return;
    setOpen(false);
    button.current?.focus();
  };

  return (
    <div
      className="export"
      onKeyDown={closeByKey}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || setOpen(false)}
    >
      <button ref={button} type="button" className="tool" aria-expanded={open} onClick={() => setOpen(!open)}>
        Export
        <svg viewBox="0 0 10 6" aria-hidden="true">
          <path d="M1 1l4 4 4-4" />
        </svg>
      </button>
      {open && (
        <div className="export-list" tabIndex={-1}>
          {ids.length === 0 && (
            <p>No execution to export: its id is neither in the response nor in the variables.</p>
          )}
          {ids.map((id) => (
            <div key={id} role="group" aria-label={`Rows of ${id}`}>
              <p>All rows of {ids.length > 1 ? <code>{id.slice(0, 12)}…</code> : 'this execution'}</p>
              <button type="button" onClick={() => void exportRows(id, 'csv')}>
                CSV
              </button>
              <button type="button" onClick={() => void exportRows(id, 'jsonl')}>
                JSON Lines
              </button>
            </div>
          ))}
          {chart && (
            <div role="group" aria-label="The chart">
              <p>The chart</p>
              <button type="button" onClick={() => void exportChart('svg')}>
                SVG
              </button>
              <button type="button" onClick={() => void exportChart('png')}>
                PNG
              </button>
            </div>
          )}
        </div>
      )}
      {outcome && (
        <p className={`export-outcome ${outcome.how}`} role={outcome.how === 'failed' ? 'alert' : 'status'}>
          <span>{outcome.message}</span>
          <button type="button" aria-label="Dismiss" onClick={() => setOutcome(null)}>
            ×
          </button>
        </p>
      )}
    </div>
  );
}

const fileName = (title: string): string =>
  `usage-${title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}`;
