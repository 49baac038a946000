import { testVectors } from '../../conformance/test-vectors.js';

testVectors('scheduling.filter-score');
