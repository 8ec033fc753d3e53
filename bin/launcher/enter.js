// @ts-check
/** What an older Node starts in Node 26: `enter.js CACHE PROGRAM ARGS…`. */
import { runHere } from './node-26.js';

const [cache = '', program = '', ...args] = process.argv.slice(2);
await runHere(program, args, cache);
