import { testVectors } from '../../conformance/test-vectors.js';

testVectors('kubelet.backoff');
