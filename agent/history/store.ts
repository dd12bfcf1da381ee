/**
 * The open database and every statement history runs on it.
 *
 * WAL with synchronous=NORMAL: a commit is one write into the log without fsync, so it costs the loop well under a
 * millisecond; kill -9 loses nothing that was committed, a power cut at most what came after the last checkpoint.
 * locking_mode=EXCLUSIVE: one agent per file, a second one is told so; and no shared-memory file is needed.
 */
import { statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { CanaryEvent } from '../verdict/snapshot.ts';
import { migrate, SCHEMA_VERSION, schemaVersion } from './schema.ts';
import type { Change, Run } from './spans.ts';

export const PAGE_BYTES = 4_096;
/** The log is taken back into the file after this many pages (0.8 MB), so that stalls stay short. */
const CHECKPOINT_PAGES = 200;
/** What the log may take beside the file: checkpoint size, one transaction on top, headers. */
export const WAL_RESERVE_BYTES = 1_572_864;
const MEMORY = ':memory:';

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const BUSY = 5;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;

export type StoreFault = 'in-use' | 'corrupt' | 'full' | 'io';

/** What an error of SQLite or of the file system means for history; null when it is neither's. */
export function storeFault(error: unknown): StoreFault | null {
  if (!(error instanceof Error)) return null;
  if ('syscall' in error) return 'code' in error && error.code === 'ENOSPC' ? 'full' : 'io';
  if (!('errcode' in error) || typeof error.errcode !== 'number') return null;
  const primary = error.errcode & 0xff;
  if (primary === BUSY) return 'in-use';
  if (primary === CORRUPT || primary === NOT_A_DATABASE) return 'corrupt';
  return primary === FULL ? 'full' : 'io';
}

export interface StoredChunk {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

export class Store {
  readonly path: string | null;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #inode: number;

  /** Throws SQLite's errors; {@link storeFault} reads them. `path` null keeps everything in memory. */
  constructor(path: string | null) {
    this.path = path;
    this.#db = new DatabaseSync(path ?? MEMORY, { enableForeignKeyConstraints: false });
    try {
      this.#db.exec(
        `PRAGMA auto_vacuum = INCREMENTAL; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;
         PRAGMA synchronous = NORMAL; PRAGMA cache_size = -512; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
         PRAGMA journal_size_limit = 1048576; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;`,
      );
      if (schemaVersion(this.#db) > SCHEMA_VERSION) throw new NewerSchema(schemaVersion(this.#db));
      migrate(this.#db);
    } catch (error) {
      this.#db.close();
      throw error;
    }
    this.#inode = path === null ? 0 : statSync(path).ino;
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  /** All of it or nothing; the error that ended it is thrown on. */
  transaction(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Bytes of rows and events; free pages inside the file not counted. */
  usedBytes(): number {
    return (this.#number('PRAGMA page_count') - this.#number('PRAGMA freelist_count')) * PAGE_BYTES;
  }

  /** Bytes on disk (or in memory), log included. */
  totalBytes(): number {
    if (this.path === null) return this.#number('PRAGMA page_count') * PAGE_BYTES;
    const log = statSync(`${this.path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    return (statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) + log;
  }

  /** False when somebody moved or deleted the file under us. */
  inPlace(): boolean {
    return this.path === null || statSync(this.path, { throwIfNoEntry: false })?.ino === this.#inode;
  }

  /** SQLite's own stop, should pruning ever come too late. */
  limit(maxBytes: number): void {
    this.#number(`PRAGMA max_page_count = ${Math.floor(maxBytes / PAGE_BYTES)}`);
  }

  /** Gives up to `pages` free pages at the file's end back to the file system. */
  shrink(pages: number): void {
    this.#db.exec(`PRAGMA incremental_vacuum(${pages})`);
  }

  subjects(): { id: number; name: string }[] {
    return this.#all('SELECT id, name FROM subject') as unknown as { id: number; name: string }[];
  }

  addSubject(id: number, name: string): void {
    this.#run('INSERT OR IGNORE INTO subject (id, name) VALUES (?, ?)', id, name);
  }

  /** Forgets names under which nothing is kept, except `inUse`. */
  forgetSubjects(inUse: ReadonlySet<number>): void {
    const unused = this.#all(
      'SELECT id FROM subject WHERE id NOT IN (SELECT subject FROM chunk) AND id NOT IN (SELECT subject FROM state)',
    );
    for (const { id } of unused) if (!inUse.has(Number(id))) this.#run('DELETE FROM subject WHERE id = ?', Number(id));
  }

  addTail(tier: number, body: Uint8Array): number {
    return Number(this.#statement('INSERT INTO tail (tier, body) VALUES (?, ?)').run(tier, body).lastInsertRowid);
  }

  dropTails(tier: number, before: number): void {
    this.#run('DELETE FROM tail WHERE tier = ? AND id < ?', tier, before);
  }

  *tails(): Generator<{ id: number; tier: number; body: Uint8Array }> {
    for (const row of this.#db.prepare('SELECT id, tier, body FROM tail ORDER BY id').iterate())
      yield { id: Number(row['id']), tier: Number(row['tier']), body: row['body'] as Uint8Array };
  }

  addChunk(id: number, tier: number, subject: number, span: { start: number; end: number }, body: Uint8Array): void {
    const sql = 'INSERT INTO chunk (id, tier, subject, start, "end", body) VALUES (?, ?, ?, ?, ?, ?)';
    this.#run(sql, id, tier, subject, span.start, span.end, body);
  }

  hasChunk(id: number): boolean {
    return this.#one('SELECT 1 FROM chunk WHERE id = ?', id) !== undefined;
  }

  lastChunk(): number {
    return this.#number('SELECT max(id) FROM chunk');
  }

  /** Chunks of one subject that may hold rows in [from, to), by start; none is longer than `longest`. */
  chunks(subject: number, tier: number, from: number, to: number, longest: number): StoredChunk[] {
    const sql =
      'SELECT id, start, "end" FROM chunk WHERE subject = ? AND tier = ? AND start > ? AND start < ? AND "end" > ? ORDER BY start';
    return this.#all(sql, subject, tier, from - longest, to, from) as unknown as StoredChunk[];
  }

  chunkBody(id: number): Uint8Array | null {
    return (this.#one('SELECT body FROM chunk WHERE id = ?', id)?.['body'] as Uint8Array | undefined) ?? null;
  }

  /** End of the last packed row of one subject in one tier; null when there is none. */
  lastEnd(subject: number, tier: number): number | null {
    const row = this.#one('SELECT max("end") AS last FROM chunk WHERE subject = ? AND tier = ?', subject, tier);
    return numberOrNull(row?.['last']);
  }

  oldestChunk(tier: number): number | null {
    return numberOrNull(this.#one('SELECT min(start) AS first FROM chunk WHERE tier = ?', tier)?.['first']);
  }

  /** Deletes up to `most` of the tier's oldest chunks that end before `before`; returns how many. */
  dropChunks(tier: number, before: number, most: number): number {
    const sql =
      'DELETE FROM chunk WHERE id IN (SELECT id FROM chunk WHERE tier = ? AND start < ? AND "end" <= ? ORDER BY start LIMIT ?)';
    return this.#run(sql, tier, before, before, most);
  }

  dropChunk(id: number): void {
    this.#run('DELETE FROM chunk WHERE id = ?', id);
  }

  addEvent(event: CanaryEvent): void {
    const sql = 'INSERT OR REPLACE INTO event (id, at, kind, site, subject, body) VALUES (?, ?, ?, ?, ?, ?)';
    this.#run(sql, event.id, event.at, event.kind, event.site, event.subject, JSON.stringify(event));
  }

  /** Newest first; each condition is a column, a comparison and its value. */
  events(where: readonly (readonly [string, SQLInputValue])[], limit: number): CanaryEvent[] {
    const conditions = where.map(([condition]) => `${condition} ?`).join(' AND ');
    const sql = `SELECT body FROM event ${conditions && `WHERE ${conditions}`} ORDER BY id DESC LIMIT ?`;
    return this.#all(sql, ...where.map(([, value]) => value), limit).map(
      (row) => JSON.parse(String(row['body'])) as CanaryEvent,
    );
  }

  /** First and last id; nulls when there are no events. */
  eventIds(): { first: number | null; last: number | null } {
    const row = this.#one('SELECT min(id) AS first, max(id) AS last FROM event');
    return { first: numberOrNull(row?.['first']), last: numberOrNull(row?.['last']) };
  }

  oldestEvent(): number | null {
    return numberOrNull(this.#one('SELECT at FROM event ORDER BY id LIMIT 1')?.['at']);
  }

  /** Deletes up to `most` events that are older than `before` or have an id up to `upToId`. */
  dropEvents(before: number, upToId: number, most: number): number {
    const sql =
      'DELETE FROM event WHERE id IN (SELECT id FROM (SELECT id, at FROM event ORDER BY id LIMIT ?) WHERE at < ? OR id <= ?)';
    return this.#run(sql, most, before, upToId);
  }

  lastRun(): number {
    return this.#number('SELECT max(id) FROM run');
  }

  /** Adds a run or moves its end. */
  keepRun(run: Run): void {
    this.#run('INSERT OR REPLACE INTO run (id, began, ended) VALUES (?, ?, ?)', run.id, run.began, run.ended);
  }

  runs(from: number, to: number): Run[] {
    const sql = 'SELECT id, began, ended FROM run WHERE ended > ? AND began < ? ORDER BY id';
    return this.#all(sql, from, to) as unknown as Run[];
  }

  addChange(kind: string, subject: number, change: Change): void {
    const sql = 'INSERT INTO state (run, kind, subject, at, state) VALUES (?, ?, ?, ?, ?)';
    this.#run(sql, change.run, kind, subject, change.at, change.state);
  }

  changes(kind: string, subject: number, firstRun: number, lastRun: number, to: number): Change[] {
    const sql =
      'SELECT run, at, state FROM state WHERE subject = ? AND kind = ? AND run BETWEEN ? AND ? AND at < ? ORDER BY id';
    return this.#all(sql, subject, kind, firstRun, lastRun, to) as unknown as Change[];
  }

  /** Deletes runs that ended before `before`, with the states seen in them. */
  dropRuns(before: number): void {
    this.#run('DELETE FROM state WHERE run IN (SELECT id FROM run WHERE ended < ?)', before);
    this.#run('DELETE FROM run WHERE ended < ?', before);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  #one(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#statement(sql).get(...values);
  }

  #all(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    return this.#statement(sql).all(...values);
  }

  #number(sql: string): number {
    return Number(Object.values(this.#one(sql) ?? {})[0] ?? 0);
  }
}

/** The file was written by a later version of the agent. */
export class NewerSchema extends Error {
  readonly version: number;

  constructor(version: number) {
    super(`history file has schema version ${version}, this agent knows up to ${SCHEMA_VERSION}`);
    this.version = version;
  }
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
