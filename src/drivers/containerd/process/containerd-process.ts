import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { arch } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../../world/index.ts';
import { CriClient } from '../../cri/index.ts';
import { GrpcConnection } from '../../grpc/index.ts';
import { installPauseImage, pauseImage } from '../images/index.ts';
import { formatContainerdConfig } from './containerd-config.ts';
import { type ContainerdLayout, containerdLayout } from './layout.ts';
import {
  canLowerOomScore,
  chooseSnapshotter,
  findCniPlugins,
  findProgram,
  readMajorVersion,
  searchPath,
} from './machine-abilities.ts';
import { findDaemon, isAlive, limitLog, type OwnedProcess, startDaemon, stopDaemon } from './owned-process.ts';

export interface ContainerdOptions {
  /** Ours alone; kept across boots. */
  readonly directory: string;
  /** On tmpfs; default `/run/sampan`. */
  readonly runDirectory?: string;
  readonly log: Log;
  /** Where exec, attach and port-forward are served to us; default 127.0.0.1. */
  readonly streamingAddress?: string;
}

const readyTimeoutMs = 30_000;
const stopGraceMs = 10_000;
const watchMs = 500;
const backOffMsMin = 100;
const backOffMsMax = 10_000;
/** Having lived this long, a death is not part of a series. */
const stableMs = 60_000;

/**
 * A containerd of our own. It is no child that would die with us: killed, we find it again by its pid file and socket,
 * pods and all. While we live we start it anew whenever it dies; its pods go on meanwhile, for they hang from shims.
 */
export class ContainerdProcess {
  readonly layout: ContainerdLayout;
  readonly #options: ContainerdOptions;
  readonly #executable: string;
  #process: OwnedProcess;
  #watching: Promise<void>;
  #isClosing = false;
  #wake = new AbortController();

  private constructor(options: ContainerdOptions, layout: ContainerdLayout, executable: string, process: OwnedProcess) {
    this.layout = layout;
    this.#options = options;
    this.#executable = executable;
    this.#process = process;
    this.#watching = this.#watch();
  }

  /** Adopts the one that runs already or starts it; resolves when it serves CRI and has the pause image. */
  static async start(options: ContainerdOptions): Promise<ContainerdProcess> {
    const layout = containerdLayout(options.directory, options.runDirectory);
    const executable = await findProgram('containerd');
    if (executable === undefined)
      throw new Error('containerd is not installed (Debian: apt-get install containerd runc)');
    const config = await composeConfig(options, layout, executable);
    let running = findDaemon(layout.pidFile, configArgs(layout));
    if ((await readFile(layout.config, 'utf8').catch(() => undefined)) !== config) {
      if (running !== undefined) {
        options.log.info('restarting containerd for its new configuration', { pid: running.pid });
        await stopDaemon(running, layout.pidFile, stopGraceMs);
        running = undefined;
      }
      // Only now: a configuration on disk is one that no other containerd than its own runs with.
      await writeFile(layout.config, config);
    }
    if (running !== undefined) options.log.info('adopting the containerd that runs already', { pid: running.pid });
    const process = running ?? (await launch(layout, executable));
    await untilReady(layout, process);
    return new ContainerdProcess(options, layout, executable, process);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Leaves it running, with its pods. */
  async detach(): Promise<void> {
    this.#isClosing = true;
    this.#wake.abort();
    await this.#watching;
  }

  /** Ends containerd. Pods that run go on running; to end them is the node's affair. */
  async stop(): Promise<void> {
    await this.detach();
    await stopDaemon(this.#process, this.layout.pidFile, stopGraceMs);
  }

  async #watch(): Promise<void> {
    let backOffMs = backOffMsMin;
    let startedAt = Date.now();
    while (await this.#pause(watchMs)) {
      limitLog(this.layout.log);
      if (isAlive(this.#process)) continue;
      if (Date.now() - startedAt > stableMs) backOffMs = backOffMsMin;
      this.#options.log.warn('containerd has ended; starting it again', { log: this.layout.log });
      startedAt = Date.now();
      try {
        this.#process = await launch(this.layout, this.#executable);
      } catch (error) {
        this.#options.log.error('containerd cannot be started', { error });
      }
      if (!(await this.#pause(backOffMs))) return;
      backOffMs = Math.min(backOffMs * 2, backOffMsMax);
    }
  }

  /** Resolves with false as soon as we are to let go. */
  async #pause(durationMs: number): Promise<boolean> {
    await sleep(durationMs, undefined, { signal: this.#wake.signal, ref: false }).catch(() => {
      // Woken to end.
    });
    return !this.#isClosing;
  }
}

async function composeConfig(
  options: ContainerdOptions,
  layout: ContainerdLayout,
  executable: string,
): Promise<string> {
  const cniPluginDirectory = await findCniPlugins();
  if (cniPluginDirectory === undefined) {
    throw new Error('the CNI plugins are not installed (Debian: apt-get install containernetworking-plugins)');
  }
  for (const path of [layout.root, layout.state, layout.cniConfigDirectory, layout.registryConfigDirectory]) {
    await mkdir(path, { recursive: true, mode: 0o711 });
  }
  return formatContainerdConfig({
    layout,
    majorVersion: await readMajorVersion(executable),
    pauseImage,
    cniPluginDirectory,
    canLowerOomScore: await canLowerOomScore(),
    snapshotter: await chooseSnapshotter(layout.root),
    ...(options.streamingAddress === undefined ? {} : { streamingAddress: options.streamingAddress }),
  });
}

function configArgs(layout: ContainerdLayout): readonly string[] {
  return ['--config', layout.config];
}

function launch(layout: ContainerdLayout, executable: string): Promise<OwnedProcess> {
  return startDaemon({
    command: executable,
    args: configArgs(layout),
    env: { ...process.env, PATH: searchPath() },
    pidFile: layout.pidFile,
    logFile: layout.log,
  });
}

async function untilReady(layout: ContainerdLayout, process: OwnedProcess): Promise<void> {
  const connection = new GrpcConnection(layout.socket);
  const cri = new CriClient(connection);
  const deadline = Date.now() + readyTimeoutMs;
  try {
    for (;;) {
      const failure = await cri.status().then(
        status => (status.isRuntimeReady ? undefined : JSON.stringify(status.conditions)),
        (error: Error) => error.message,
      );
      if (failure === undefined) break;
      if (!isAlive(process)) throw new Error(`containerd ended while starting; see ${layout.log}`);
      if (Date.now() > deadline) throw new Error(`containerd does not get ready: ${failure}; see ${layout.log}`);
      await sleep(20);
    }
    await installPauseImage(connection, arch);
  } finally {
    connection.close();
  }
}
