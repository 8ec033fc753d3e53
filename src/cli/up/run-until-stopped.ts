import { describeFailure } from './describe-failure.ts';
import { showProgress } from './progress.ts';
import { type ClusterPlan, StartInterrupted, startCluster } from './start-cluster.ts';
import { StopRequest } from './stop-request.ts';

/** Starts a cluster, says so, and takes it down when a signal asks for that. Ends the process then. */
export async function runUntilStopped(plan: ClusterPlan): Promise<number> {
  const stopRequest = StopRequest.listen();
  try {
    const cluster = await startCluster(plan, stopRequest);
    const { kubeconfig } = cluster.running;
    process.stdout.write(
      `sampan is ready\nkubeconfig: ${kubeconfig}\n\n  export KUBECONFIG=${quote(kubeconfig)}\n  kubectl get nodes\n\n`,
    );
    await stopRequest.requested;
    await showProgress('stopping', () => cluster.stop());
  } catch (error) {
    if (!(error instanceof StartInterrupted)) throw describeFailure(error);
  }
  // Whatever timers and sockets are left belong to nobody any more.
  process.exit(0);
}

/** As a shell takes it. */
function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
