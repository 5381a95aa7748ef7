import type { ReactNode } from 'react';

interface SegmentsProps<Key extends string> {
  label: string;
  options: readonly { readonly key: Key; readonly name: string; readonly icon: ReactNode }[];
  chosen: Key;
  onChoose: (key: Key) => void;
}

/** One of a few, by icons; names are for tooltips and screen readers. */
export function Segments<Key extends string>({ label, options, chosen, onChoose }: SegmentsProps<Key>) {
  return (
    <div className="segments" role="group" aria-label={label}>
      {options.map(({ key, name, icon }) => (
        <button
          key={key}
          type="button"
          aria-pressed={key === chosen}
          aria-label={name}
          title={name}
          onClick={() => onChoose(key)}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">
            {icon}
          </svg>
        </button>
      ))}
    </div>
  );
}
