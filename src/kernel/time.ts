/** A point in virtual time: whole microseconds since the start of the run, held in a double (exact for 285 years). */
export type Micros = number;

export const MILLISECOND_US = 1_000;
export const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
export const HOUR_US = 60 * MINUTE_US;
export const DAY_US = 24 * HOUR_US;

export function microsToSeconds(micros: Micros): number {
  return micros / SECOND_US;
}

/** The time as Kubernetes stores it: whole seconds (metav1.Time has a resolution of one second). */
export function wholeSeconds(at: Micros): number {
  return Math.floor(at / SECOND_US);
}
