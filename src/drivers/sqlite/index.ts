/**
 * The store on disk: the journal of a `DurableStore` in a SQLite file, written by a thread of its own, read once at the
 * start. One process at a time holds a store's directory.
 *
 * Start reading at `sqlite-store.ts`; the tables are in `store-format.ts`.
 */
export { openSqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';
export { StoreDirectoryError } from './store-directory.ts';
export { storeFormat } from './store-format.ts';
