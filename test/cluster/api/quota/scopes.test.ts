import { testVectors } from '../../../conformance/test-vectors.js';

testVectors('quota.scopes');
