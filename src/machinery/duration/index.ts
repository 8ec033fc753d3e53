/** Go's durations as text (`1h30m0s`) and the short ages of kubectl's tables (`5m10s`). */
export { formatGoDuration, humanizeAge, humanizeDuration, parseGoDuration } from './duration.ts';
