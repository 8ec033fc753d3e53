/**
 * What every store in this process is made of: the versions of all keys (`History`), who is told of changes
 * (`WatchHub`), which keys a lease holds (`LeaseTable`), and what a transaction would change (`planTransaction`).
 * Nothing here is asynchronous; when a change counts as written is decided by the stores above.
 *
 * Start reading at `history.ts`.
 */
export { EventLog } from './event-log.ts';
export { History } from './history.ts';
export { LeaseTable } from './lease-table.ts';
export { countPast, SortedChunks, visitPast } from './sorted-chunks.ts';
export { operationLimit, planTransaction, type TransactionPlan } from './transaction-plan.ts';
export { WatchHub } from './watch-hub.ts';
