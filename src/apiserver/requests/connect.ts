import { isDeepEqual, type KubeObject, statusError } from '../../machinery/index.ts';
import type { AdmissionRequest, CallContext, ConnectRequest } from '../core-contract.ts';
import type { Endpoint } from '../resources/endpoint.ts';

/**
 * Asks admission about a connection (exec, attach, portforward, proxy), before anybody looks whether there is what it is
 * to. `options` is what the request's query says, as an object of its own kind.
 */
export async function admitConnection(
  endpoint: Endpoint,
  { subresource, name, namespace }: ConnectRequest,
  options: object,
  call: CallContext,
): Promise<void> {
  const chain = endpoint.chain(subresource, 'CONNECT');
  const admission: AdmissionRequest = {
    operation: 'CONNECT',
    resource: endpoint.resource,
    subresource,
    namespace: endpoint.namespaceOf(namespace),
    name,
    object: options as KubeObject,
    old: undefined,
    call,
    isDryRun: false,
  };
  if (chain.mutates) {
    const object = await chain.mutate(admission);
    // Differs from Kubernetes: what is connected is what was asked for, or nothing is.
    if (!isDeepEqual(object, options)) {
      throw statusError.internal('admission has changed the options of a connection, which this server cannot follow');
    }
  }
  if (chain.validates) await chain.validate(admission);
}
