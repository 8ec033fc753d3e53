import {
  type CertificateSigningRequest,
  certificateSigningRequests,
  type SubjectAccessReview,
  subjectAccessReviews,
} from '../../api/generated/index.ts';
import { type Client, type Informers, KeyedWorker } from '../../client/index.ts';
import type { CertificateRequest } from '../../machinery/index.ts';
import type { World } from '../../world/index.ts';
import { checkKubeletClient, signers } from './request-rules.ts';
import { conditionOf, isIssued, readSigningRequest } from './request-state.ts';

interface Recognizer {
  readonly recognizes: (csr: CertificateSigningRequest, request: CertificateRequest) => boolean;
  readonly subresource: string;
  readonly message: string;
}

/** The first that both recognizes a request and whose permission its sender has. */
const recognizers: readonly Recognizer[] = [
  {
    recognizes: (csr, request) => csr.spec.username === request.subject.commonName && isNodeClient(csr, request),
    subresource: 'selfnodeclient',
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
  },
  {
    recognizes: isNodeClient,
    subresource: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
  },
];

function isNodeClient({ spec }: CertificateSigningRequest, request: CertificateRequest): boolean {
  return spec.signerName === signers.kubeletClient && checkKubeletClient(request, spec.usages ?? []) === undefined;
}

/**
 * Kubernetes: `csrapproving`: approves the client certificates of kubelets, first ones and renewals, for whoever the
 * policy allows to ask for them. Whether it does is asked of the server, so this is a worker and no `Controller`.
 */
export class CertificateApprover {
  readonly #client: Client;
  readonly #informers: Informers;
  readonly #worker: KeyedWorker;

  constructor(world: World, client: Client, informers: Informers) {
    this.#client = client;
    this.#informers = informers;
    this.#worker = new KeyedWorker(world, { name: 'csrapproving', concurrency: 5, work: name => this.#look(name) });
  }

  get isIdle(): boolean {
    return this.#worker.isIdle;
  }

  start(): void {
    this.#informers.of(certificateSigningRequests).onChange(csr => {
      if (csr !== undefined && isOpen(csr)) this.#worker.add(csr.metadata.name ?? '');
    });
  }

  stop(): void {
    this.#worker.stop();
  }

  async #look(name: string): Promise<undefined> {
    const csr = this.#informers.of(certificateSigningRequests).get(undefined, name);
    if (csr === undefined || !isOpen(csr)) return undefined;
    const { request } = readSigningRequest(csr);
    if (request === undefined) return undefined;
    const fitting = recognizers.filter(({ recognizes }) => recognizes(csr, request));
    for (const { subresource, message } of fitting) {
      if (!(await this.#isAllowed(csr, subresource))) continue;
      await this.#approve(csr, message);
      return undefined;
    }
    // Kubernetes: tried again with back-off, for the permission may come later.
    if (fitting.length > 0) {
      const tried = fitting.map(({ subresource }) => subresource).join(' ');
      throw new Error(`recognized csr "${name}" as [${tried}] but subject access review was not approved`);
    }
    return undefined;
  }

  async #isAllowed({ spec }: CertificateSigningRequest, subresource: string): Promise<boolean> {
    const { username: user, uid, groups, extra } = spec;
    const resourceAttributes = {
      group: 'certificates.k8s.io',
      resource: 'certificatesigningrequests',
      verb: 'create',
      subresource,
      version: '*',
    };
    const review: SubjectAccessReview = { metadata: {}, spec: { user, uid, groups, extra, resourceAttributes } };
    return (await this.#client.create(subjectAccessReviews, review)).status?.allowed === true;
  }

  async #approve(csr: CertificateSigningRequest, message: string): Promise<void> {
    const condition = { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
    const conditions = [...(csr.status?.conditions ?? []), condition];
    const approved = { ...csr, status: { ...csr.status, conditions } };
    await this.#client.update(certificateSigningRequests, approved, undefined, 'approval');
  }
}

function isOpen(csr: CertificateSigningRequest): boolean {
  return !isIssued(csr) && conditionOf(csr, 'Approved') === undefined && conditionOf(csr, 'Denied') === undefined;
}
