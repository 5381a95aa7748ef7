import { type KeyboardEvent, useRef } from 'react';

interface TabListProps {
  tabs: readonly { key: string; title: string }[];
  chosen: string;
  controls: string;
  onChoose: (key: string) => void;
}

/** As the ARIA practices have it: one tab stop, arrows move. */
export function TabList({ tabs, chosen, controls, onChoose }: TabListProps) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(({ key }) => key === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    onChoose(tabs[next]?.key ?? chosen);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  };
  return (
    <div
      ref={list}
      className="panel-tabs"
      role="tablist"
      aria-label="What the response holds"
      onKeyDown={move}
    >
      {tabs.map(({ key, title }) => (
        <button
          key={key}
          type="button"
          role="tab"
          id={`${controls}-tab-${key}`}
          aria-selected={key === chosen}
          aria-controls={controls}
          tabIndex={key === chosen ? 0 : -1}
          onClick={() => onChoose(key)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
