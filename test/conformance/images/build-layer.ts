import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createPauseProgram } from '../../../src/drivers/containerd/index.ts';
import { unpackDebianPackages } from './debian-packages.ts';
import type { LayerRecipe } from './image-recipe.ts';

const busybox = '/bin/busybox';

/** Where the things are that layers are made of. */
export interface Ingredients {
  /** Folder of upstream's programs. */
  readonly programs: string;
  /** Folder of upstream's module. */
  readonly module: string;
}

/** Writes a layer as an uncompressed tar whose files belong to root. */
export function buildLayer(recipe: LayerRecipe, ingredients: Ingredients, file: string): void {
  const root = mkdtempSync(join(tmpdir(), 'sampan-layer-'));
  try {
    fill(root, recipe, ingredients);
    const owner = ['--owner=0', '--group=0', '--numeric-owner', '--sort=name', '--mtime=@0'];
    execFileSync('tar', [...owner, '-C', root, '-cf', file, '.']);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function fill(root: string, recipe: LayerRecipe, { programs, module }: Ingredients): void {
  const place = (path: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    return join(root, path);
  };
  chmodSync(root, 0o755);
  if (recipe.packages !== undefined) unpackDebianPackages(recipe.packages, root);
  for (const [path, mode] of Object.entries(recipe.directories ?? {})) {
    mkdirSync(join(root, path), { recursive: true });
    chmodSync(join(root, path), mode);
  }
  for (const [path, program] of Object.entries(recipe.programs ?? {})) {
    copyFileSync(join(programs, program), place(path));
    chmodSync(join(root, path), recipe.setuid?.includes(path) === true ? 0o4755 : 0o755);
  }
  for (const [path, source] of Object.entries(recipe.upstreamFiles ?? {})) {
    copyFileSync(join(module, source), place(path));
    chmodSync(join(root, path), 0o644);
  }
  for (const [path, text] of Object.entries(recipe.texts ?? {})) writeFileSync(place(path), text);
  for (const [path, target] of Object.entries(recipe.links ?? {})) link(target, place(path));
  if (recipe.hasBusybox === true) installBusybox(join(root, 'bin'));
  if (recipe.hasPause === true) writeFileSync(place('pause'), createPauseProgram(arch()), { mode: 0o755 });
}

function installBusybox(directory: string): void {
  mkdirSync(directory, { recursive: true });
  copyFileSync(busybox, join(directory, 'busybox'));
  chmodSync(join(directory, 'busybox'), 0o755);
  for (const applet of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    link('busybox', join(directory, applet));
  }
}

/** What is there already stays. */
function link(target: string, path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) symlinkSync(target, path);
}
