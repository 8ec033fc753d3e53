import { checkHttpHeaderName, fieldError, invalidEach } from '../../../machinery/index.ts';
import type { Lifecycle, Probe } from '../../generated/index.ts';
import { checkNonnegative, checkPort, type Errors } from './field-checks.ts';

/** What a probe or a lifecycle hook may do. */
interface Handler {
  readonly exec?: Probe['exec'];
  readonly httpGet?: Probe['httpGet'];
  readonly tcpSocket?: Probe['tcpSocket'];
  readonly grpc?: Probe['grpc'];
  readonly sleep?: { readonly seconds: number } | undefined;
}

const handlerOrder = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

/** Kubernetes: `validateHandler`: exactly one. */
function checkHandler(errors: Errors, field: string, handler: Handler, gracePeriodSeconds: number | undefined): void {
  let isFirst = true;
  for (const name of handlerOrder) {
    if (handler[name] === undefined) continue;
    if (isFirst) checkAction(errors, `${field}.${name}`, handler, name, gracePeriodSeconds);
    else errors.push(fieldError.forbidden(`${field}.${name}`, 'may not specify more than 1 handler type'));
    isFirst = false;
  }
  if (isFirst) errors.push(fieldError.required(field, 'must specify a handler type'));
}

function checkAction(
  errors: Errors,
  field: string,
  handler: Handler,
  name: (typeof handlerOrder)[number],
  gracePeriodSeconds: number | undefined,
): void {
  switch (name) {
    case 'exec':
      if ((handler.exec!.command ?? []).length === 0) errors.push(fieldError.required(`${field}.command`));
      return;
    case 'httpGet':
      checkHttpGet(errors, field, handler.httpGet!);
      return;
    case 'tcpSocket':
      checkPort(errors, `${field}.port`, handler.tcpSocket!.port);
      return;
    case 'grpc':
      checkPort(errors, `${field}.port`, handler.grpc!.port);
      return;
    case 'sleep': {
      const { seconds } = handler.sleep!;
      if (gracePeriodSeconds === undefined || (seconds >= 0 && seconds <= gracePeriodSeconds)) return;
      const detail = `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriodSeconds})`;
      errors.push(fieldError.invalid(field, seconds, detail));
    }
  }
}

function checkHttpGet(errors: Errors, field: string, action: NonNullable<Probe['httpGet']>): void {
  if ((action.path ?? '') === '') errors.push(fieldError.required(`${field}.path`));
  checkPort(errors, `${field}.port`, action.port);
  if (action.scheme !== 'HTTP' && action.scheme !== 'HTTPS') {
    errors.push(fieldError.notSupported(`${field}.scheme`, action.scheme ?? '', ['HTTP', 'HTTPS']));
  }
  for (const header of action.httpHeaders ?? []) {
    errors.push(...invalidEach(`${field}.httpHeaders`, header.name, checkHttpHeaderName(header.name)));
  }
}

/** Kubernetes: `validateLivenessProbe`, `validateReadinessProbe`, `validateStartupProbe`. */
export function checkProbe(
  errors: Errors,
  field: string,
  probe: Probe | undefined,
  kind: 'liveness' | 'readiness' | 'startup',
  gracePeriodSeconds: number | undefined,
): void {
  if (probe === undefined) return;
  checkHandler(errors, field, probe, gracePeriodSeconds);
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    checkNonnegative(errors, `${field}.${name}`, probe[name]);
  }
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) {
    errors.push(fieldError.invalid(`${field}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  }
  if (kind === 'readiness') {
    if (grace === undefined) return;
    errors.push(
      fieldError.invalid(`${field}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes'),
    );
  } else if (probe.successThreshold !== 1) {
    errors.push(fieldError.invalid(`${field}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'));
  }
}

/** Kubernetes: `validateLifecycle`. */
export function checkLifecycle(
  errors: Errors,
  field: string,
  lifecycle: Lifecycle | undefined,
  gracePeriodSeconds: number | undefined,
  os: string | undefined,
): void {
  if (lifecycle === undefined) return;
  if (lifecycle.postStart !== undefined)
    checkHandler(errors, `${field}.postStart`, lifecycle.postStart, gracePeriodSeconds);
  if (lifecycle.preStop !== undefined) checkHandler(errors, `${field}.preStop`, lifecycle.preStop, gracePeriodSeconds);
  if (lifecycle.stopSignal !== undefined && os === undefined) {
    errors.push(fieldError.forbidden(`${field}.stopSignal`, 'may not be set for containers with empty `spec.os.name`'));
  }
}
