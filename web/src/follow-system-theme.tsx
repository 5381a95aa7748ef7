import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';

/** GraphiQL's style sheet follows the system by itself, its editors only when told. */
export function FollowSystemTheme() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    if (theme !== null) return; // Chosen in the settings.
    const system = window.matchMedia('(prefers-color-scheme: dark)');
    const follow = (): void => setTheme(null);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [theme, setTheme]);
  return null;
}
