import type { ReactNode } from 'react';

const SIZES = ['closed', 'both', 'full'] as const;
export type PanelSize = (typeof SIZES)[number];

const STORED_SIZE = 'usage-page:panel';

export function storedSize(): PanelSize {
  return SIZES.find((size) => size === localStorage.getItem(STORED_SIZE)) ?? 'both';
}

export const storeSize = (size: PanelSize): void => localStorage.setItem(STORED_SIZE, size);

const NAMES: Readonly<Record<PanelSize, string>> = {
  closed: 'Response only',
  both: 'Response and panel',
  full: 'Panel only',
};

const ICONS: Readonly<Record<PanelSize, ReactNode>> = {
  closed: <path d="M2 3h12v7H2zM2 13h12" />,
  both: <path d="M2 3h12v10H2zM2 8h12" />,
  full: <path d="M2 3h12M2 6h12v7H2z" />,
};

/** How response and panel share their room. */
export function SizeButtons({ size, onChange }: { size: PanelSize; onChange: (size: PanelSize) => void }) {
  return (
    <div className="segments icons" role="group" aria-label="Room for">
      {SIZES.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={size === one}
          aria-label={NAMES[one]}
          title={NAMES[one]}
          onClick={() => onChange(one)}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">
            {ICONS[one]}
          </svg>
        </button>
      ))}
    </div>
  );
}
