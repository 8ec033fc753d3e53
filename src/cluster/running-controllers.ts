import type { Aggregator } from '../apiserver/aggregation/index.ts';
import { type ApiServer, createLocalTransport, type UserInfo } from '../apiserver/index.ts';
import { Client, ControllerRunner, Informers, type ServedTypes, writeQueues } from '../client/index.ts';
import {
  buildControllers,
  CertificateApprover,
  type ControllerSettings,
  CustomObjectQuotas,
  GarbageCollector,
  NamespaceDeletion,
  PolicyTypeChecks,
  ServiceAccountTokens,
} from '../controllers/index.ts';
import { Exposition } from '../machinery/metrics/index.ts';
import type { World } from '../world/index.ts';
import { componentUsers, controllerUser } from './component-users.ts';
import { servedTypes } from './served-types.ts';

const userAgent = 'kube-controller-manager';

/** kube-controller-manager: all controllers over one set of informers, each writing as itself. */
export class RunningControllers {
  readonly #informers: Informers;
  readonly #runners: readonly ControllerRunner[];
  readonly #collector: GarbageCollector;
  readonly #namespaces: NamespaceDeletion;
  readonly #customQuotas: CustomObjectQuotas;
  readonly #approver: CertificateApprover;
  readonly #typeChecks: PolicyTypeChecks;
  readonly #tokens: ServiceAccountTokens | undefined;

  constructor(world: World, server: ApiServer, aggregator: Aggregator, settings: ControllerSettings) {
    const clientOf = (serviceAccount: string): Client =>
      new Client(createLocalTransport(server, controllerUser(serviceAccount), userAgent));
    const { authorizer } = server.context;
    // For those that work on every kind there is, other servers' included.
    const farClient = (user: UserInfo): Client =>
      new Client(aggregator.extend(createLocalTransport(server, user, userAgent), user, authorizer));
    this.#informers = new Informers(world, farClient(componentUsers.controllerManager));
    this.#runners = buildControllers(settings).map(
      controller =>
        new ControllerRunner(
          world,
          clientOf(controller.serviceAccount ?? controller.name),
          this.#informers,
          controller,
        ),
    );
    this.#approver = new CertificateApprover(world, clientOf('certificate-controller'), this.#informers);
    const checking = clientOf('validatingadmissionpolicy-status-controller');
    this.#typeChecks = new PolicyTypeChecks(world, checking, this.#informers);
    const { certificateAuthority, signSecretToken } = settings;
    const itself = new Client(createLocalTransport(server, componentUsers.controllerManager, userAgent));
    this.#tokens =
      signSecretToken === undefined
        ? undefined
        : new ServiceAccountTokens(world, itself, this.#informers, certificateAuthority, signSecretToken);
    const types: ServedTypes = servedTypes(server.resources, aggregator);
    const collecting = farClient(controllerUser('generic-garbage-collector'));
    this.#collector = new GarbageCollector(world, collecting, this.#informers, types);
    this.#customQuotas = new CustomObjectQuotas(world, clientOf('resourcequota-controller'), this.#informers, types);
    this.#namespaces = new NamespaceDeletion(
      world,
      farClient(controllerUser('namespace-controller')),
      this.#informers,
      types,
    );
  }

  /** What their queues have seen, in the Prometheus format. */
  formatMetrics(): string {
    const out = new Exposition();
    const queues = [...this.#runners, this.#collector, this.#namespaces, this.#customQuotas].map(({ queue }) => queue);
    writeQueues(
      out,
      queues.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
    return out.format();
  }

  get isIdle(): boolean {
    const workers = [
      ...this.#runners,
      this.#collector,
      this.#namespaces,
      this.#customQuotas,
      this.#approver,
      this.#typeChecks,
      this.#tokens,
    ];
    return workers.every(worker => worker?.isIdle !== false);
  }

  start(): void {
    for (const runner of this.#runners) runner.start();
    this.#collector.start();
    this.#namespaces.start();
    this.#customQuotas.start();
    this.#approver.start();
    this.#typeChecks.start();
    this.#tokens?.start();
  }

  stop(): void {
    for (const runner of this.#runners) runner.stop();
    this.#collector.stop();
    this.#namespaces.stop();
    this.#customQuotas.stop();
    this.#approver.stop();
    this.#typeChecks.stop();
    this.#tokens?.stop();
    this.#informers.stop();
  }
}
