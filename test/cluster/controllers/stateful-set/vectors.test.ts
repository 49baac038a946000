import { testVectors } from '../../../conformance/test-vectors.js';

testVectors('misc.statefulset');
