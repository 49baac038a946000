import { testVectors } from '../../../conformance/test-vectors.js';

testVectors('misc.daemonset-nodes');
