/**
 * The file's tables, and how an older file becomes a newer one.
 *
 *   subject  names of targets and sites; a name stays as long as something is kept under it, so a target that
 *            was renamed or removed keeps its past until that ages out
 *   chunk    packed rows (chunk.ts): tier, target, the time they span
 *   tail     what open chunks grew by since they were begun, in order; deleted once those chunks are packed
 *   event    events as JSON, with the columns they are asked by
 *   run      stretches in which the agent was measuring; `ended` moves on with every flush, so after kill -9
 *            it is a few seconds early and what follows is a gap
 *   state    changes of state within a run
 *
 * `PRAGMA user_version` is the schema's version. Rule: a released migration is never changed; a new version
 * appends one, which takes the file one step on, inside a transaction. A file of a newer version than ours
 * (after a downgrade) is set aside, not touched.
 */
import type { DatabaseSync } from 'node:sqlite';

const MIGRATIONS: readonly string[] = [
  `CREATE TABLE subject (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
   CREATE TABLE chunk (
     id INTEGER PRIMARY KEY, tier INTEGER NOT NULL, subject INTEGER NOT NULL,
     start INTEGER NOT NULL, "end" INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
   CREATE INDEX chunk_by_subject ON chunk (subject, tier, start, "end");
   CREATE INDEX chunk_by_age ON chunk (tier, start);
   CREATE TABLE tail (id INTEGER PRIMARY KEY, tier INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
   CREATE TABLE event (
     id INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, site TEXT, subject TEXT NOT NULL,
     body TEXT NOT NULL) STRICT;
   CREATE TABLE run (id INTEGER PRIMARY KEY, began REAL NOT NULL, ended REAL NOT NULL) STRICT;
   CREATE TABLE state (
     id INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind TEXT NOT NULL, subject INTEGER NOT NULL,
     at REAL NOT NULL, state TEXT NOT NULL) STRICT;
   CREATE INDEX state_by_subject ON state (subject, kind, run);`,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

export function schemaVersion(db: DatabaseSync): number {
  const row = db.prepare('PRAGMA user_version').get();
  return Number(row?.['user_version'] ?? 0);
}

/** Takes the file to {@link SCHEMA_VERSION}; it must not be newer. */
export function migrate(db: DatabaseSync): void {
  for (let version = schemaVersion(db); version < SCHEMA_VERSION; version += 1) {
    db.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[version] ?? ''}; PRAGMA user_version = ${version + 1}; COMMIT;`);
  }
}
