import { expect, test } from 'vitest';
import { tellUnscheduled } from '../../src/results/tell-cluster.js';

test('the words of the scheduler end with a full stop, whatever follows them', () => {
  const waiting = { pods: 1, sinceSeconds: 0, longestSeconds: 60, isStill: true };
  const said = 'pod has unbound immediate PersistentVolumeClaims';
  for (const end of ['', '.', '. not found', '. preemption: 0/3 nodes', '. no new claims to deallocate']) {
    expect(
      tellUnscheduled([
        { ...waiting, workload: 'deployment/a', message: `${said}${end}` },
        { ...waiting, workload: 'deployment/b', message: '' },
      ]),
    ).toContain(`: ${said}. 1 pod of deployment/b`);
  }
});
