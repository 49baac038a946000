import { describe } from 'vitest';
import { testVectors } from '../../../conformance/test-vectors.js';

describe('the decisions on Jobs', () => testVectors('misc.job'));
