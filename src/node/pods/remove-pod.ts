import { type Pod, pods } from '../../api/generated/index.ts';
import { StatusError } from '../../machinery/index.ts';
import { uidOf } from '../facts/index.ts';
import type { RuntimePod } from '../runtime-pods/index.ts';
import type { PodMeans } from './pod-means.ts';

/** The last word about a pod whose deletion was asked for: nothing of it runs any more. */
export async function deletePodObject(means: PodMeans, pod: Pod): Promise<void> {
  const { namespace, name = '' } = pod.metadata;
  const options = { gracePeriodSeconds: 0, preconditions: { uid: uidOf(pod) } };
  try {
    await means.client.delete(pods, { namespace, name }, options);
  } catch (error) {
    // It is gone, or another pod has its name by now.
    if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
  }
}

/** Removes what was kept of a pod for its logs, and forgets it. Can be done again. */
export async function removePodTraces(means: PodMeans, pod: Pod, runtimePod: RuntimePod): Promise<void> {
  for (const { id } of runtimePod.sandboxes) await means.runtime.removePodSandbox(id);
  await means.host.files.remove(means.paths.podLogs(pod));
  const uid = uidOf(pod);
  means.reader.forget(runtimePod);
  means.statuses.forget(uid);
  means.images.forget(uid);
  means.crashLoops.forget(`${uid}_`);
}
