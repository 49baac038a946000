import { testVectors } from '../../../conformance/test-vectors.js';

testVectors('replicaset.deletion-rank');
