import { useGraphiQL } from '@graphiql/react';
import { useSyncExternalStore } from 'react';
import type { Part } from '../usage/counters.js';

/** Colours of charts. Each part keeps at least 3:1 against the ground, each text 4.5:1. */
export interface ChartTheme {
  readonly ground: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly hover: string;
  readonly parts: Readonly<Record<Part, string>>;
  readonly more: string;
  readonly fewer: string;
}

const LIGHT: ChartTheme = {
  ground: '#ffffff',
  text: '#26334d',
  muted: '#56657f',
  line: '#dde3ec',
  hover: 'rgba(59, 75, 104, 0.08)',
  parts: { rest: '#3f7fd0', status400: '#c27803', status429: '#8b3fc9', status500: '#cf2f4a' },
  more: '#b4550d',
  fewer: '#0f7f74',
};

const DARK: ChartTheme = {
  ground: '#212a3b',
  text: '#e4e9f3',
  muted: '#aab6cc',
  line: '#3a465d',
  hover: 'rgba(183, 194, 215, 0.10)',
  parts: { rest: '#6aa5f2', status400: '#f0b148', status429: '#cb9bf7', status500: '#ff7e8b' },
  more: '#f2a65e',
  fewer: '#4fc9ba',
};

const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');

function onSystemChange(changed: () => void): () => void {
  darkSystem.addEventListener('change', changed);
  return () => darkSystem.removeEventListener('change', changed);
}

/** Follows GraphiQL's setting, and the system where that says so. */
export function useChartTheme(): ChartTheme {
  const chosen = useGraphiQL((state) => state.theme);
  const systemIsDark = useSyncExternalStore(onSystemChange, () => darkSystem.matches);
  const dark = chosen === null ? systemIsDark : chosen === 'dark';
  return dark ? DARK : LIGHT;
}
