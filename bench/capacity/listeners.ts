/** So many connections that LISTEN, as many nodes have one each. */
import pg from 'pg';

const [url = '', count = '0'] = process.argv.slice(2);
const clients = Array.from({ length: Number(count) }, () => new pg.Client({ connectionString: url }));
let told = 0;
for (const client of clients) {
  await client.connect();
  client.on('notification', () => (told += 1));
  await client.query('LISTEN execution_changed');
}
process.send?.({ listening: clients.length });
// Until it is ended, or its parent is.
process.on('disconnect', () => process.exit(told >= 0 ? 0 : 1));
