// SPDX-License-Identifier: AGPL-3.0-or-later
// Every row of every table of a database, written alike whichever engine it is of: read by the
// engines' own programs, so that nothing of ours stands between. Tables and columns come from the
// engine's catalogue: nobody has to list a new one here.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMITS = { maxBuffer: 512 << 20 };

const lines = (text) => text.split('\n').filter((line) => line !== '');

/** What is asked of a file; a JSON array a line. The database of a folder is read as it is. */
async function askFile(file, sql) {
  const { stdout } = await run('spatialite', ['-silent', '-noheader', file, sql], LIMITS);
  return lines(stdout).map((line) => JSON.parse(line));
}

async function askServer(url, sql) {
  const { stdout } = await run('psql', ['-qAtX', '-v', 'ON_ERROR_STOP=1', '-c',
    `SET TimeZone = 'UTC'`, '-c', sql, url], LIMITS);
  return lines(stdout).map((line) => JSON.parse(line));
}

/** {table: [[column, type], …]} of the rows [table, column, type], columns in alphabetical order. */
function gather(rows) {
  const tables = {};
  for (const [table, column, type] of rows) (tables[table] ??= []).push([column, type.toLowerCase()]);
  for (const table of Object.keys(tables)) tables[table].sort();
  delete tables.schema_migration; // tells of the database, not of what is in it
  return tables;
}

const COLUMNS_OF_FILE = `SELECT json_array(t.name, c.name, c.type)
  FROM sqlite_master t, pragma_table_info(t.name) c
  WHERE t.type = 'table' AND t.name NOT LIKE 'idx!_%' ESCAPE '!'
    AND t.rowid > (SELECT rowid FROM sqlite_master WHERE name = 'schema_migration')`;

const COLUMNS_OF_SERVER = `SELECT json_build_array(table_name, column_name, udt_name)
  FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
  WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'spatial_ref_sys'`;

function inFile([column, type]) {
  const name = `"${column}"`;
  if (type === 'geometry') return `hex(AsBinary(${name})), hex(${name})`;
  if (type === 'blob') return `hex(${name})`;
  if (type === 'double') return `iif(${name} IS NULL, NULL, printf('%!.17g', ${name}))`;
  return name;
}

function onServer([column, type]) {
  const name = `"${column}"`;
  if (type === 'geometry') {
    return `upper(encode(ST_AsBinary(${name}, 'NDR'), 'hex')), ST_SRID(${name})`;
  }
  if (type === 'bytea') return `upper(encode(${name}, 'hex'))`;
  if (type === 'bool') return `${name}::int`;
  if (type === 'timestamptz') return `to_char(${name}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  return ['int4', 'int8'].includes(type) ? name : `${name}::text`;
}

/** NULL is null, a number with a point is one, whatever wrote it; the rest is text. */
function normalize(row, columns) {
  let at = 0;
  const values = {};
  for (const [column, type] of columns) {
    let value = row[at++];
    if (type === 'double' || type === 'float8') value = value === null ? null : Number(value);
    if (type === 'geometry') {
      const [well, own] = [value, row[at++]];
      value = well === '' ? null : well; // hex(NULL) is ''
      values.own = own;
    }
    values[column] = value;
  }
  return values;
}

/**
 * {table: rows}; a row is {column: value}, sorted. `own` in a row with a geometry is how the engine
 * keeps it: the same in two databases of one engine, but not in those of two.
 */
async function read(ask, tables, write) {
  const all = {};
  for (const [table, columns] of Object.entries(tables)) {
    const rows = await ask(columns.map(write).join(', '), table);
    all[table] = rows.map((row) => JSON.stringify(normalize(row, columns))).sort();
  }
  return all;
}

export async function readFile(file) {
  const tables = gather(await askFile(file, COLUMNS_OF_FILE));
  const ask = (columns, table) => askFile(file, `SELECT json_array(${columns}) FROM "${table}"`);
  return read(ask, tables, inFile);
}

export async function readServer(url) {
  const tables = gather(await askServer(url, COLUMNS_OF_SERVER));
  const ask = (columns, table) =>
    askServer(url, `SELECT json_build_array(${columns}) FROM "${table}"`);
  return read(ask, tables, onServer);
}

/** The same rows without how an engine keeps geometries. */
export function withoutOwn(all) {
  const bare = (row) => JSON.stringify({ ...JSON.parse(row), own: undefined });
  return Object.fromEntries(Object.entries(all).map(([table, rows]) => [table, rows.map(bare).sort()]));
}

/** The highest numbers given that a file remembers, and whether its spatial indexes are right. */
export async function readBeside(file) {
  const [[numbers, sound]] = await askFile(file, `SELECT json_array(
    (SELECT group_concat(name || '=' || seq) FROM (SELECT name, seq FROM sqlite_sequence
      WHERE name IN ('map', 'collection') ORDER BY name)), CheckSpatialIndex())`);
  return { numbers, sound };
}

/** One value of a server's database. */
export async function askOne(url, sql) {
  return (await run('psql', ['-qAtX', '-c', sql, url])).stdout.trim();
}
