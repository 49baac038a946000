/**
 * Of everything that is remembered by node and by kind of pod, only so much at one time: tables of scores come to 33 MB on 8,000 nodes,
 * verdicts to twice as much.
 */
const MAXIMUM_FILLED = 2_048;

/** Notes one that is filled now; gives the one to be emptied, which has been there longest, if there are too many. */
export function noteFilled<T>(filled: T[], one: T): T | undefined {
  if (filled.includes(one)) return undefined;
  filled.push(one);
  return filled.length > MAXIMUM_FILLED ? filled.shift() : undefined;
}
