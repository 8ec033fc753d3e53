/**
 * Deletes what has lost its owners, across every kind.
 *
 * Start reading at `garbage-collector.ts`.
 */
export { GarbageCollector } from './garbage-collector.ts';
