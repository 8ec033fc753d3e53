/** For trying things out by hand: `node test/api-server/serve.ts [PORT]`, then use the kubeconfig that it names. */
import { startApiServer } from './start-api-server.ts';

const started = performance.now();
const running = await startApiServer({ port: Number(process.argv[2] ?? 0) });
console.log(`serving after ${(performance.now() - started).toFixed(0)} ms: export KUBECONFIG=${running.kubeconfig}`);
process.once('SIGINT', () => void running[Symbol.asyncDispose]());
process.once('SIGTERM', () => void running[Symbol.asyncDispose]());
