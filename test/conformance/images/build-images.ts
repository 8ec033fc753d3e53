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

/**
 * Builds the images that the suite's cases run, under the names that the suite asks for, as one archive; nothing when
 * it is there. Where upstream pulls alpine and Debian images, these have static busybox and the packages of Debian that
 * the cases use; upstream's own programs in them are upstream's.
 */
export async function buildImages(cache: string, suite: string): Promise<string> {
  const names = listImages(suite);
  const ingredients = await gatherIngredients(cache);
  const directory = join(cache, 'images');
  const archive = join(directory, 'images.tar');
  const keyFile = join(directory, 'images.key');
  const key = keyOf(names, ingredients);
  if (existsSync(archive) && existsSync(keyFile) && readFileSync(keyFile, 'utf8') === key) return archive;
  console.log(`building ${names.length} images`);
  const work = join(directory, 'work');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const digests = await buildLayers(names, ingredients, work);
  const images = names.map(name => writeImage(name, digests, work));
  writeFileSync(join(work, 'manifest.json'), JSON.stringify(images));
  execFileSync('tar', ['-C', work, '-cf', `${archive}.part`, '.']);
  renameSync(`${archive}.part`, archive);
  writeFileSync(keyFile, key);
  rmSync(work, { recursive: true });
  return archive;
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
    .digest('hex');
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
function writeImage(name: string, digests: ReadonlyMap<string, string>, work: string): object {
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
