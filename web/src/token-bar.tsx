import { type FormEvent, useState } from 'react';

/** The caller's token, when the upstream is real: in this page's memory only, gone with a reload. */
export function TokenBar({ given, onToken }: { given: boolean; onToken: (token: string | null) => void }) {
  const [draft, setDraft] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onToken(draft.trim().replace(/^Bearer\s+/i, '') || null);
  };
  return (
    <form className="bar" onSubmit={submit} autoComplete="off">
      <label htmlFor="token">Bearer token</label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
      />
      <button type="submit">{given ? 'Replace' : 'Use'}</button>
      <span role="status">
        {given
          ? 'Sent with every request. Kept in memory only: a reload forgets it.'
          : 'Nothing is sent before there is a token. It is kept in memory only.'}
      </span>
    </form>
  );
}
