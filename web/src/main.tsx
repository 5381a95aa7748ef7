import 'graphiql/setup-workers/vite';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import 'graphiql/graphiql.css';
import './page.css';
import './panel/panel.css';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { loadConfig } from './config';
import { prepareOperations } from './operations';
import { openingTabs } from './tabs';

const root = createRoot(document.getElementById('root')!);

try {
  const config = await loadConfig();
  root.render(<App config={config} tabs={openingTabs(prepareOperations(new Date()), localStorage)} />);
} catch (error) {
  root.render(
    <p className="bar">The page could not start: {error instanceof Error ? error.message : 'unknown'}</p>,
  );
}
