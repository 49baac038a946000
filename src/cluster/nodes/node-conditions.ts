import type { Micros } from '../../kernel/time.js';
import type { Condition } from '../api/objects/meta.js';

/** Conditions of a healthy node. kubernetes v1.36.3 pkg/kubelet/nodestatus/setters.go */
export function readyConditions(now: Micros): Condition[] {
  const healthy = (type: string, status: 'True' | 'False', reason: string, message: string): Condition => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  const memory = 'kubelet has sufficient memory available';
  return [
    healthy('MemoryPressure', 'False', 'KubeletHasSufficientMemory', memory),
    healthy('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    healthy('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    healthy('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ];
}
