/**
 * Where a Service's traffic can go: EndpointSlices, and the older Endpoints.
 *
 * Start reading at `endpoint-slices.ts`.
 */
export { endpointSliceController } from './endpoint-slices.ts';
export { endpointsController } from './endpoints.ts';
