import { Segments } from './segments';

/** How response and panel share their room. */
export type PanelSize = 'closed' | 'both' | 'full';

const SIZES = [
  { key: 'closed', name: 'Response only', icon: <path d="M2 3h12v7H2zM2 13h12" /> },
  { key: 'both', name: 'Response and panel', icon: <path d="M2 3h12v10H2zM2 8h12" /> },
  { key: 'full', name: 'Panel only', icon: <path d="M2 3h12M2 6h12v7H2z" /> },
] as const;

const STORED_SIZE = 'usage-page:panel';

export function storedSize(): PanelSize {
  const stored = localStorage.getItem(STORED_SIZE);
  return SIZES.find(({ key }) => key === stored)?.key ?? 'both';
}

export const storeSize = (size: PanelSize): void => localStorage.setItem(STORED_SIZE, size);

export function SizeButtons({ size, onChoose }: { size: PanelSize; onChoose: (size: PanelSize) => void }) {
  return <Segments label="Room for" options={SIZES} chosen={size} onChoose={onChoose} />;
}
