import { testVectors } from '../../conformance/test-vectors.js';

testVectors('api.validation');
