/**
 * The parts of Service and EndpointSlice (and of the node itself) that decide about rules and names. The API's own
 * objects satisfy these shapes, so nothing is converted or copied on the way in.
 */
export interface MetadataView {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export interface ServicePortView {
  readonly name?: string | undefined;
  readonly protocol?: string | undefined;
  readonly port: number;
  readonly nodePort?: number | undefined;
}

export interface ServiceView {
  readonly metadata?: MetadataView | undefined;
  readonly spec?:
    | {
        readonly type?: string | undefined;
        readonly clusterIP?: string | undefined;
        readonly clusterIPs?: readonly string[] | undefined;
        readonly externalIPs?: readonly string[] | undefined;
        readonly externalName?: string | undefined;
        readonly ports?: readonly ServicePortView[] | undefined;
        readonly sessionAffinity?: string | undefined;
        readonly sessionAffinityConfig?:
          | { readonly clientIP?: { readonly timeoutSeconds?: number | undefined } | undefined }
          | undefined;
        readonly externalTrafficPolicy?: string | undefined;
        readonly internalTrafficPolicy?: string | undefined;
        readonly loadBalancerSourceRanges?: readonly string[] | undefined;
      }
    | undefined;
  readonly status?:
    | {
        readonly loadBalancer?:
          | {
              readonly ingress?:
                | readonly { readonly ip?: string | undefined; readonly ipMode?: string | undefined }[]
                | undefined;
            }
          | undefined;
      }
    | undefined;
}

export interface EndpointView {
  readonly addresses: readonly string[];
  readonly conditions?:
    | {
        readonly ready?: boolean | undefined;
        readonly serving?: boolean | undefined;
        readonly terminating?: boolean | undefined;
      }
    | undefined;
  readonly hostname?: string | undefined;
  readonly nodeName?: string | undefined;
}

export interface EndpointPortView {
  readonly name?: string | undefined;
  readonly protocol?: string | undefined;
  readonly port?: number | undefined;
}

export interface EndpointSliceView {
  readonly metadata?: MetadataView | undefined;
  readonly addressType: string;
  readonly endpoints?: readonly EndpointView[] | null | undefined;
  readonly ports?: readonly EndpointPortView[] | null | undefined;
}

/** What the rules need to know about the node they run on. */
export interface NodeFacts {
  readonly nodeName: string;
  /** Every range that the cluster's pods have addresses from, IPv4 and IPv6, on all nodes. */
  readonly podCidrs: readonly string[];
}

/** Kubernetes: the label that ties an EndpointSlice to its Service. */
export const serviceNameLabel = 'kubernetes.io/service-name';
/** Kubernetes: a Service that carries this label is served by another proxy. */
export const serviceProxyNameLabel = 'service.kubernetes.io/service-proxy-name';

/** `namespace/name` of a Service. */
export function serviceKey(service: ServiceView): string {
  return `${service.metadata?.namespace ?? ''}/${service.metadata?.name ?? ''}`;
}

/** `namespace/name` of the Service that the slice belongs to; undefined when it names none. */
export function sliceServiceKey(slice: EndpointSliceView): string | undefined {
  const name = slice.metadata?.labels?.[serviceNameLabel];
  return name === undefined || name === '' ? undefined : `${slice.metadata?.namespace ?? ''}/${name}`;
}
