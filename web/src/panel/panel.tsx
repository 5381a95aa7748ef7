import { useGraphiQL } from '@graphiql/react';
import { type ReactNode, useState } from 'react';
import { type Drawable, mostTelling } from '../usage/find-drawables.js';
import { presentCounters } from '../usage/records.js';
import { executionsTable, words } from '../usage/table.js';
import type { Chart } from './chart-option';
import { ComparisonView } from './comparison-view';
import { DataTable } from './data-table';
import { ExecutionCard, TotalsTiles } from './execution-card';
import { ExportMenu } from './export-menu';
import { RecordsView } from './records-view';
import { type PanelSize, SizeButtons, storedSize, storeSize } from './panel-size';
import { TabList } from './tab-list';
import { useChartTheme } from './theme';
import { type PanelResponse, useResponse } from './use-response';
import { type As, AsButtons, type ViewProps } from './view';

const BODY_ID = 'usage-panel-body';

/** Beside the response: what it holds, drawn. `children` stand at its foot. */
export function Panel({ token, children }: { token: string | null; children?: ReactNode }) {
  const response = useResponse();
  const theme = useChartTheme();
  const [size, setSize] = useState<PanelSize>(storedSize);
  // In this tab of GraphiQL: another one tells another story.
  const tabId = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.id);
  const [chosen, setChosen] = useState<{ key: string; tabId: string | undefined } | null>(null);
  const [as, setAs] = useState<As>('chart');
  const [chart, setChart] = useState<Chart | null>(null);
  const { found } = response;
  const shown = found.find(({ key }) => key === chosen?.key && tabId === chosen.tabId) ?? mostTelling(found);
  const resize = (next: PanelSize): void => {
    storeSize(next);
    setSize(next);
  };

  return (
    <section
      className="panel"
      data-size={shown ? size : 'closed'}
      aria-label="Usage panel"
      aria-busy={response.stale}
    >
      <header className="panel-header">
        {shown ? (
          <TabList
            tabs={found}
            chosen={shown.key}
            controls={BODY_ID}
            onChoose={(key) => setChosen({ key, tabId })}
          />
        ) : (
          <p className="panel-hint">{hint(response)}</p>
        )}
        {shown && (
          <div className="panel-tools">
            {hasBoth(shown) && <AsButtons as={as} onChoose={setAs} />}
            <ExportMenu
              token={token}
              response={response.text}
              query={response.query}
              chart={chart}
              title={shown.title}
              theme={theme}
            />
            <SizeButtons size={size} onChoose={resize} />
          </div>
        )}
      </header>
      {shown && (
        <div
          id={BODY_ID}
          className="panel-body"
          role="tabpanel"
          aria-labelledby={`${BODY_ID}-tab-${shown.key}`}
          tabIndex={-1}
        >
          <View key={shown.key} found={shown} as={as} theme={theme} onChart={setChart} />
        </div>
      )}
      {children}
      <p className="for-screen-readers" role="status">
        {announcement(found)}
      </p>
    </section>
  );
}

function View({ found: shown, ...props }: ViewProps<Drawable>) {
  switch (shown.kind) {
    case 'records':
      return <RecordsView found={shown} {...props} />;
    case 'comparison':
      return <ComparisonView found={shown} {...props} />;
    case 'execution':
      return <ExecutionCard execution={shown.execution} />;
    case 'executions':
      return shown.executions.length === 0 ? (
        <p className="panel-empty">
          <strong>No executions yet.</strong> Run Step1_Start.
        </p>
      ) : (
        <DataTable table={executionsTable(shown.executions, Date.now())} caption={shown.title} />
      );
    case 'totals':
      return <TotalsTiles totals={shown.totals} />;
  }
}

/** Shares alone have nothing to stack. */
function hasBoth(shown: Drawable): boolean {
  if (shown.kind === 'comparison') return shown.records.length > 0;
  return (
    shown.kind === 'records' && presentCounters(shown.records.map(({ counters }) => counters)).length > 0
  );
}

function hint({ text, failed }: PanelResponse): string {
  if (text === '') return 'What a response holds is drawn here. Begin with Step1_Start.';
  return failed ? 'The response holds an error and nothing to draw.' : 'Nothing to draw in this response.';
}

/** Changes with the state, not with the clock: a screen reader speaks each change. */
function announcement(found: readonly Drawable[]): string {
  const execution = found.find((one) => one.kind === 'execution')?.execution;
  if (!execution) return '';
  const delay = execution.delay?.message ?? execution.delay?.code;
  const error = execution.error?.message ?? execution.error?.code;
  return [`Execution: ${words(execution.status)}.`, delay, error].filter(Boolean).join(' ');
}
