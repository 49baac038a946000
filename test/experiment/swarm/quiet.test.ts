import { testSwarm } from './swarm.js';

testSwarm('calm', 'drains');
