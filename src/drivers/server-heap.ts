import { setFlagsFromString } from 'node:v8';

/**
 * For a process that keeps a cluster's objects: V8 then weighs the bytes that wait outside its heap (a TLS connection has
 * 16 KB and more on their way) together with the heap. By default 64 MB of them, as a thousand watchers have for a moment,
 * make it collect the whole heap, however large that is. Of the whole process: for programs that are ours, not for
 * libraries.
 */
export function useServerHeap(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
