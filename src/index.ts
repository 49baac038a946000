/** The public library: what `import { run } from 'wavetank'` gives. */
export { type Played, play, type Progress, run } from './experiment/run.js';
