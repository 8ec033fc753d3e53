/**
 * The command line: each command turns arguments into requests and answers into text. `main.ts` is the entry;
 * `simulate.ts` is a program of its own, behind `npm run simulate`.
 *
 * Start reading at `main.ts`.
 */
export {};
