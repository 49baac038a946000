import { testVectors } from '../../../conformance/test-vectors.js';

testVectors('endpointslice.reconcile');
testVectors('endpointslice.hints');
