import pg from 'pg';

/** One statement from outside of the program. */
export async function query<T extends object>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<pg.QueryResult<T>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query<T>(text, [...values]);
  } finally {
    await client.end();
  }
}
