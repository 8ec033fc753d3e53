// @ts-check
/**
 * One line on standard error while something takes long: on a terminal it counts the seconds, elsewhere it is printed
 * once at the start.
 * @template T
 * @param {string} what what is being done: "installing npm packages"
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function showProgress(what, work) {
  const startedMs = Date.now();
  const seconds = () => `${((Date.now() - startedMs) / 1000).toFixed(0)} s`;
  const isTerminal = process.stderr.isTTY === true;
  const timer = isTerminal ? setInterval(() => process.stderr.write(`\r${what} … ${seconds()}`), 500) : undefined;
  process.stderr.write(isTerminal ? `${what} …` : `${what} …\n`);
  try {
    const result = await work();
    if (isTerminal) process.stderr.write(`\r${what}: done in ${seconds()}\n`);
    return result;
  } catch (error) {
    if (isTerminal) process.stderr.write(`\r${what}: failed after ${seconds()}\n`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}
