import type * as http from 'node:http';

/**
 * `node:http`, as `require` would load it. An import reads every export, and some of those load all of undici when they
 * are read: 35 ms at every start, and 15 MB for good.
 */
export function loadHttp(): typeof http {
  return process.getBuiltinModule('node:http');
}
