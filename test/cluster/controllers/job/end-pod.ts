import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import type { TestTank, TestWorld } from '../../test-world.js';

/** As a kubelet reports that the pod's only container has ended for good. */
export function endPod<W extends TestWorld>(tank: TestTank<W>, { metadata }: Pod, exitCode: number): void {
  const { now } = tank.world.kernel;
  const terminated = { exitCode, finishedAt: now };
  const status = {
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: now }],
    containerStatuses: [{ name: 'main', ready: false, restartCount: 0, state: { terminated } }],
  };
  const { namespace, name } = metadata;
  tank.ask({ verb: 'patch', kind: 'Pod', namespace, name, subresource: 'status', body: { status } });
}
