import type { Checker } from './checker.js';
import { quantities, quantityOperations } from './quantities.js';

/** Every checker there is: add a file and its line here. */
export const CHECKERS: readonly Checker[] = [quantities, quantityOperations];
