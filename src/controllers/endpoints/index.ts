/**
 * Where a Service's traffic can go: EndpointSlices, the older Endpoints, and the former made from hand-made latter.
 *
 * Absent: the annotation `last-change-trigger-time`, from which only a latency metric is made.
 *
 * Start reading at `endpoint-slices.ts`.
 */
export { endpointSliceMirroringController } from './endpoint-slice-mirroring.ts';
export { endpointSliceController } from './endpoint-slices.ts';
export { endpointsController } from './endpoints.ts';
