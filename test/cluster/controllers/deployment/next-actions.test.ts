import { testVectors } from '../../../conformance/test-vectors.js';

testVectors('deployment.next-actions');
