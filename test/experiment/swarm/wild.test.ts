import { testSwarm } from './swarm.js';

testSwarm('wild');
