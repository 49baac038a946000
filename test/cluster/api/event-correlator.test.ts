import { testVectors } from '../../conformance/test-vectors.js';

testVectors('events.correlator');
