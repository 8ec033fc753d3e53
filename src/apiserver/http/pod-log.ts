import type { ContainerStatus, Pod } from '../../api/generated/index.ts';
import { type FieldError, fieldError, type StatusError, statusError } from '../../machinery/index.ts';
import type { NodeConnections, PodLogRequest } from '../core-contract.ts';
import type { HttpResponse } from './http-message.ts';
import { chooseContainer } from './pod-containers.ts';
import type { Query } from './query.ts';
import { isTruthy } from './request-info.ts';
import { textHeaders } from './status-response.ts';

/** Answers `pods/NAME/log`. Nothing has run of a pod without a node, so its log is empty. */
export async function respondLog(nodes: NodeConnections, pod: Pod, query: Query): Promise<HttpResponse> {
  const request = readLogRequest(query, pod);
  if ((pod.spec?.nodeName ?? '') === '') return { status: 200, headers: textHeaders, body: '' };
  const problem = explainMissingLog(pod, request);
  if (problem !== undefined) throw statusError.badRequest(problem);
  const source = await nodes.logs(pod, request);
  return { status: 200, headers: textHeaders, body: { kind: 'bytes', source } };
}

/** Throws 422 for values out of their range, 400 for a container that the pod does not have. */
export function readLogRequest(query: Query, pod: Pod): PodLogRequest {
  const sinceTime = query.get('sinceTime');
  const errors: FieldError[] = [];
  const request = {
    follow: isTruthy(query.get('follow')),
    previous: isTruthy(query.get('previous')),
    timestamps: isTruthy(query.get('timestamps')),
    tailLines: readNumber(query, 'tailLines', 0, errors),
    limitBytes: readNumber(query, 'limitBytes', 1, errors),
    sinceSeconds: readNumber(query, 'sinceSeconds', 1, errors),
    sinceTime,
  };
  if (sinceTime !== undefined && Number.isNaN(Date.parse(sinceTime))) {
    errors.push(fieldError.invalid('sinceTime', sinceTime, 'must be an RFC 3339 time'));
  }
  if (sinceTime !== undefined && request.sinceSeconds !== undefined) {
    errors.push(fieldError.forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  }
  if (errors.length > 0) throw refuse(pod, errors);
  return { ...request, container: chooseContainer(pod, query.get('container') ?? '') };
}

function refuse(pod: Pod, errors: readonly FieldError[]): StatusError {
  return statusError.invalid({ group: '', resource: 'pods', kind: 'PodLogOptions' }, pod.metadata.name ?? '', errors);
}

function readNumber(query: Query, name: string, min: 0 | 1, errors: FieldError[]): number | undefined {
  const text = query.get(name);
  if (text === undefined || text === '') return undefined;
  if (!/^[+-]?\d{1,18}$/.test(text)) {
    throw statusError.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const value = Number(text);
  const detail = min === 0 ? 'must be greater than or equal to 0' : 'must be greater than 0';
  if (value < min) errors.push(fieldError.invalid(name, value, detail));
  return value;
}

const waitingTexts: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};

/** Kubernetes: the kubelet's `validateContainerLogStatus`: why there is no log to read, or undefined. */
export function explainMissingLog(
  pod: Pod,
  request: Pick<PodLogRequest, 'container' | 'previous'>,
): string | undefined {
  const subject = `container ${JSON.stringify(request.container)} in pod ${JSON.stringify(pod.metadata.name)}`;
  const status = findStatus(pod, request.container);
  if (status === undefined) return `${subject} is not available`;
  const { waiting, running, terminated } = status.state ?? {};
  const last = status.lastState?.terminated;
  const hasLast = last !== undefined && (last.containerID ?? '') !== '';
  if (request.previous) {
    return hasLast ? undefined : `previous terminated ${subject} not found`;
  }
  if (running !== undefined) return undefined;
  if (terminated !== undefined) {
    return hasLast || (terminated.containerID ?? '') !== '' ? undefined : `${subject} is terminated`;
  }
  if (last !== undefined) return hasLast ? undefined : `${subject} is terminated`;
  if (waiting === undefined) return `${subject} is waiting to start - no logs yet`;
  const reason = waiting.reason ?? '';
  return `${subject} is waiting to start: ${waitingTexts[reason] ?? reason}`;
}

function findStatus(pod: Pod, container: string): ContainerStatus | undefined {
  const { initContainerStatuses, containerStatuses, ephemeralContainerStatuses } = pod.status ?? {};
  for (const statuses of [containerStatuses, initContainerStatuses, ephemeralContainerStatuses]) {
    const found = statuses?.find(status => status.name === container);
    if (found !== undefined) return found;
  }
  return undefined;
}
