/** Tells on standard error what takes long, and nothing about what does not. */
export const patienceMs = 1000;

export async function showProgress<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  let hasSpoken = false;
  const timer = setTimeout(() => {
    hasSpoken = true;
    process.stderr.write(`${what} …\n`);
  }, patienceMs);
  try {
    const result = await work();
    if (hasSpoken) process.stderr.write(`${what}: done in ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
    return result;
  } finally {
    clearTimeout(timer);
  }
}
