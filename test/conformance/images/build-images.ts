import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { buildPrograms } from '../../peers/build-programs.ts';
import { programOf } from '../../peers/programs.ts';
import { runGo } from '../../peers/run-go.ts';
import { buildLayer, type Ingredients } from './build-layer.ts';
import { type ImageRecipe, imageRecipes, type LayerRecipe, layerRecipes } from './image-recipe.ts';

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** As `docker save` lists an image: files relative to the folder of all. */
export interface BuiltImage {
  readonly Config: string;
  readonly RepoTags: readonly string[];
  readonly Layers: readonly string[];
}

export interface BuiltImages {
  /** Everything that the archive holds. */
  readonly directory: string;
  readonly archive: string;
  readonly images: readonly BuiltImage[];
}

/**
 * Builds the images that the suite's cases run, under the names that the suite asks for; does nothing when they are there. Where upstream pulls alpine and Debian images, these have static busybox and the packages of Debian that
 * the cases use; upstream's own programs in them are upstream's.
 */
export async function buildImages(cache: string, suite: string): Promise<BuiltImages> {
  const names = listImages(suite);
  const ingredients = await gatherIngredients(cache);
  const directory = join(cache, 'images', keyOf(names, ingredients));
  const archive = `${directory}.tar`;
  if (!existsSync(archive)) await build(names, ingredients, directory, archive);
  const images = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as BuiltImage[];
  return { directory, archive, images };
}

async function build(
  names: readonly string[],
  ingredients: Ingredients,
  directory: string,
  archive: string,
): Promise<void> {
  console.log(`building ${names.length} images`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const digests = await buildLayers(names, ingredients, directory);
  const images = names.map(name => writeImage(name, digests, directory));
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify(images));
  execFileSync('tar', ['-C', directory, '-cf', `${archive}.part`, '.']);
  renameSync(`${archive}.part`, archive);
}

async function gatherIngredients(cache: string): Promise<Ingredients> {
  await buildPrograms(['agnhost', 'nonewprivs', 'sample-apiserver', 'etcd'], cache);
  const { module } = programOf('agnhost');
  const { Dir } = JSON.parse(await runGo(cache, ['mod', 'download', '-json', module])) as { Dir: string };
  return { programs: join(cache, 'bin'), module: Dir };
}

/** Those that the suite names and there is a recipe for. Two are meant to be out of reach. */
function listImages(suite: string): readonly string[] {
  const listed = execFileSync(suite, ['--list-images'], { encoding: 'utf8' }).trim().split('\n');
  const isWithheld = (name: string): boolean => name.startsWith('invalid.') || name.includes('authenticated');
  return listed.filter(name => imageRecipes[baseOf(name)] !== undefined && !isWithheld(name)).sort();
}

/** `agnhost` of `some.registry/images/agnhost:2.63.0`. */
function baseOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).replace(/:.*$/, '');
}

/** Changes whenever the archive would. */
function keyOf(names: readonly string[], { programs, module }: Ingredients): string {
  const files = Object.values(layerRecipes).flatMap((layer: LayerRecipe) => Object.values(layer.programs ?? {}));
  const stamps = files.map(file => `${file} ${statSync(join(programs, file)).mtimeMs}`);
  return createHash('sha256')
    .update(JSON.stringify([names, imageRecipes, layerRecipes, stamps, module]))
    .digest('hex')
    .slice(0, 12);
}

/** Digests of the layers by name. */
async function buildLayers(
  names: readonly string[],
  ingredients: Ingredients,
  work: string,
): Promise<ReadonlyMap<string, string>> {
  const layers = new Set(names.flatMap(name => recipeOf(name).layers));
  const digests = new Map<string, string>();
  for (const layer of layers) {
    const file = join(work, `${layer}.tar`);
    buildLayer(layerRecipes[layer]!, ingredients, file);
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    digests.set(layer, `sha256:${hash.digest('hex')}`);
  }
  return digests;
}

function recipeOf(name: string): ImageRecipe {
  return imageRecipes[baseOf(name)]!;
}

/** Writes an image's configuration; what the archive's list says of the image. */
function writeImage(name: string, digests: ReadonlyMap<string, string>, work: string): BuiltImage {
  const { layers, config } = recipeOf(name);
  const file = `${name.replaceAll(/[^\w.-]/g, '_')}.json`;
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const image = {
    architecture: architectures[arch()],
    os: 'linux',
    // Two images with the same content are two images all the same.
    config: { Env: [path], WorkingDir: '/', Labels: { name }, ...config },
    rootfs: { type: 'layers', diff_ids: layers.map(layer => digests.get(layer)) },
  };
  writeFileSync(join(work, file), JSON.stringify(image));
  return { Config: file, RepoTags: [name], Layers: layers.map(layer => `${layer}.tar`) };
}
