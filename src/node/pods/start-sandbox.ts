import type { Pod } from '../../api/generated/index.ts';
import { buildSandboxConfig } from '../containers/index.ts';
import { kernelHostnameOf, parseResolvConf, resolverOf } from '../network-files/index.ts';
import type { SandboxConfig, SandboxStatus } from '../runtime/index.ts';
import { describeRuntimeError } from './describe-runtime-error.ts';
import type { PodMeans } from './pod-means.ts';

/** The configuration of a pod's sandbox: asked for again with every container that is created in it. */
export async function configureSandbox(means: PodMeans, pod: Pod, attempt: number): Promise<SandboxConfig> {
  const hostText = (await means.host.files.readText(means.resolvConf)) ?? '';
  return buildSandboxConfig(pod, attempt, {
    dns: resolverOf(pod, parseResolvConf(hostText), means.dns),
    hostname: kernelHostnameOf(pod, means.dns.domain),
    logDirectory: means.paths.podLogs(pod),
    cgroupParent: means.cgroups.pathOf(pod),
    owner: means.paths.owner,
  });
}

/** Runs a sandbox and tells how it is. Rejects after an event when that fails. */
export async function startSandbox(means: PodMeans, pod: Pod, config: SandboxConfig): Promise<SandboxStatus> {
  let sandboxId: string;
  try {
    await means.host.files.makeDirectory(means.paths.podLogs(pod), { mode: 0o755 });
    sandboxId = await means.runtime.runPodSandbox(config, undefined);
  } catch (error) {
    const message = `Failed to create pod sandbox: ${describeRuntimeError(error)}`;
    means.events.ofPod(pod, 'Warning', 'FailedCreatePodSandBox', message);
    throw error;
  }
  try {
    return await means.reader.readSandbox(sandboxId);
  } catch (error) {
    const message = `Unable to get pod sandbox status: ${describeRuntimeError(error)}`;
    means.events.ofPod(pod, 'Warning', 'FailedPodSandBoxStatus', message);
    throw error;
  }
}
