import { testVectors } from '../../../conformance/test-vectors.js';

testVectors('pv.matching');
