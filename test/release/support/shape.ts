/** The shape of a database as another version of the program depends on it, and what a change of it would break. */

export interface Column {
  readonly type: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
}

export interface Shape {
  /** By `table.column`. */
  readonly columns: ReadonlyMap<string, Column>;
  /** Of tables, triggers and functions. */
  readonly names: ReadonlySet<string>;
  /** What refuses rows: checks, keys, unique indexes; `table: definition`. */
  readonly rules: ReadonlySet<string>;
}

type Query = (text: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

const COLUMNS = `
  SELECT table_name || '.' || column_name AS name, data_type || '(' || udt_name || ')' AS type,
    is_nullable = 'YES' AS nullable, column_default IS NOT NULL AS "hasDefault"
  FROM information_schema.columns WHERE table_schema = 'public'`;
const NAMES = `
  SELECT 'table ' || tablename AS name FROM pg_tables WHERE schemaname = 'public'
  UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`;
const RULES = `
  SELECT conrelid::regclass || ': ' || pg_get_constraintdef(oid) AS rule FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
  UNION ALL SELECT tablename || ': ' || indexdef FROM pg_indexes
  WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE%'`;

export async function readShape(query: Query): Promise<Shape> {
  const columns = await query(COLUMNS);
  return {
    columns: new Map(columns.map(({ name, ...column }) => [String(name), column as unknown as Column])),
    names: new Set((await query(NAMES)).map(({ name }) => String(name))),
    rules: new Set((await query(RULES)).map(({ rule }) => String(rule))),
  };
}

/**
 * Why a program that was made for `before` may fail on `after`. That a rule is gone breaks no program: what it has kept in
 * order is the tests' of both versions to show.
 */
export function breaks(before: Shape, after: Shape): string[] {
  const tables = [...before.names].filter((name) => name.startsWith('table ')).map((name) => name.slice(6));
  const isOld = (name: string, end: string) => tables.some((table) => name.startsWith(`${table}${end}`));
  const gone = [...before.names].filter((name) => !after.names.has(name)).map((name) => `${name} is gone`);
  const changed = [...before.columns].flatMap(([name, was]) => {
    const is = after.columns.get(name);
    if (!is) return [`column ${name} is gone`];
    const same = is.type === was.type && is.nullable === was.nullable && (is.hasDefault || !was.hasDefault);
    return same ? [] : [`column ${name} has changed`];
  });
  const demanding = [...after.columns]
    .filter(([name]) => !before.columns.has(name) && isOld(name, '.'))
    .filter(([, { nullable, hasDefault }]) => !nullable && !hasDefault)
    .map(([name]) => `column ${name} has to be written`);
  const stricter = [...after.rules]
    .filter((rule) => !before.rules.has(rule) && isOld(rule, ': '))
    .map((rule) => `new rule ${rule}`);
  return [...gone, ...changed, ...demanding, ...stricter];
}
