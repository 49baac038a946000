import { testVectors } from '../../../conformance/test-vectors.js';

testVectors('taint-eviction');
