import { maxScore, type Score } from './score.ts';

const megabyte = 1024 * 1024;
const thresholdMin = 23 * megabyte;
const thresholdMaxPerContainer = 1000 * megabyte;

/** Prefers nodes that have the pod's images already; large images that many nodes have count most. */
export const imageLocality: Score = {
  name: 'ImageLocality',
  weight: 1,
  prepare({ pod }, { cluster, feasible }) {
    const images = new Set(pod.spec?.containers.map(container => qualify(container.image ?? '')));
    const found = new Map<number, number>();
    const spreadByImage = new Map<string, number>();
    for (const slot of feasible) {
      for (const image of cluster.nodes[slot]!.status?.images ?? []) {
        for (const name of image.names ?? []) {
          if (images.has(name)) spreadByImage.set(name, (spreadByImage.get(name) ?? 0) + 1);
        }
      }
    }
    if (spreadByImage.size === 0) return undefined;
    for (const slot of feasible) {
      let size = 0;
      for (const image of cluster.nodes[slot]!.status?.images ?? []) {
        const name = image.names?.find(each => images.has(each));
        if (name !== undefined) size += ((image.sizeBytes ?? 0) * spreadByImage.get(name)!) / cluster.nodeCount;
      }
      found.set(slot, size);
    }
    const thresholdMax = thresholdMaxPerContainer * (pod.spec?.containers.length ?? 1);
    return slot => {
      const size = Math.min(thresholdMax, Math.max(thresholdMin, found.get(slot)!));
      return Math.floor((maxScore * (size - thresholdMin)) / (thresholdMax - thresholdMin));
    };
  },
};

/** Kubernetes: an image without a tag means `latest`. */
function qualify(image: string): string {
  return image.lastIndexOf(':') > image.lastIndexOf('/') || image.includes('@') ? image : `${image}:latest`;
}
