import { describe } from 'vitest';
import { testVectors } from '../../../conformance/test-vectors.js';

describe('the next times of schedules', () => testVectors('misc.cron'));
