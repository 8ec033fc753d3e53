import {
  checkDns1123Label,
  checkPortNumber,
  checkQualifiedName,
  type FieldError,
  fieldError,
  invalidEach,
  ipTraits,
  parseIp,
} from '../../machinery/index.ts';
import type { Errors } from './pod-validation/index.ts';

/** What Services, Endpoints and EndpointSlices check alike. */

export const portProtocols = ['SCTP', 'TCP', 'UDP'];

const refusedAddresses = [
  [ipTraits.isLoopback, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [ipTraits.isLinkLocalUnicast, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [ipTraits.isLinkLocalMulticast, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
] as const;

/** An address that traffic may be sent to. Kubernetes: `ValidateEndpointIP`. */
export function validateEndpointIp(address: string, field: string): readonly FieldError[] {
  const ip = parseIp(address);
  if (ip === undefined) return [fieldError.invalid(field, address, 'must be a valid IP address')];
  const errors: FieldError[] = [];
  if (ipTraits.isUnspecified(ip))
    errors.push(fieldError.invalid(field, address, `may not be unspecified (${address})`));
  for (const [isRefused, detail] of refusedAddresses) {
    if (isRefused(ip)) errors.push(fieldError.invalid(field, address, detail));
  }
  return errors;
}

export interface NamedPort {
  readonly name?: string | undefined;
  readonly port: number;
  readonly protocol?: string | undefined;
  readonly appProtocol?: string | undefined;
}

/** A port of a Service or of Endpoints; several of them must have names. */
export function checkNamedPort(errors: Errors, port: NamedPort, field: string, needsName: boolean): void {
  const { name = '', appProtocol } = port;
  if (name !== '') errors.push(...invalidEach(`${field}.name`, name, checkDns1123Label(name)));
  else if (needsName) errors.push(fieldError.required(`${field}.name`));
  errors.push(...invalidEach(`${field}.port`, port.port, checkPortNumber(port.port)));
  checkProtocol(errors, port.protocol, field);
  if (appProtocol !== undefined) {
    errors.push(...invalidEach(`${field}.appProtocol`, appProtocol, checkQualifiedName(appProtocol)));
  }
}

export function checkProtocol(errors: Errors, protocol: string | undefined, field: string): void {
  if ((protocol ?? '') === '') errors.push(fieldError.required(`${field}.protocol`));
  else if (!portProtocols.includes(protocol!)) {
    errors.push(fieldError.notSupported(`${field}.protocol`, protocol, portProtocols));
  }
}
