import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { planDrain, podsToDrain } from '../../../src/experiment/operator/drain-filters.js';
import type { DrainCommand } from '../../../src/scenario/commands.js';

const COMMAND: DrainCommand = {
  do: 'drain',
  target: { by: 'name', references: [] },
  ignoreDaemonSets: false,
  deleteEmptyDirData: false,
  force: false,
  disableEviction: false,
  podSelector: '',
  gracePeriodSeconds: null,
  timeoutUs: null,
};

const AGENTS = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent', uid: 'ds' } } as KubernetesObject;

function pod(name: string, owner: string, extra: Readonly<Record<string, unknown>> = {}, phase = 'Running'): Pod {
  const [kind, uid] = owner.split('/');
  const reference = { apiVersion: 'apps/v1', kind, name: 'agent', uid, controller: true };
  const metadata = {
    name,
    namespace: 'ops',
    labels: { app: name },
    ...(owner === '' ? {} : { ownerReferences: [reference] }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { nodeName: 'n1', containers: [], ...extra },
    status: { phase },
  } as never;
}

const WEB = pod('web', 'ReplicaSet/rs');
const AGENT = pod('agent', 'DaemonSet/ds');
const LONE = pod('lone', '');
const SCRATCH = pod('scratch', 'ReplicaSet/rs', { volumes: [{ name: 'tmp', emptyDir: {} }] });

describe('kubectl drain', () => {
  it("says in kubectl's words which pods hinder it, and then removes none", () => {
    const pods = [LONE, AGENT, WEB, SCRATCH];
    expect(planDrain(COMMAND, pods, [AGENTS])).toEqual({
      ok: false,
      error:
        '[cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): ops/agent, ' +
        'cannot delete Pods that declare no controller (use --force to override): ops/lone, ' +
        'cannot delete Pods with local storage (use --delete-emptydir-data to override): ops/scratch]',
    });
  });

  it("leaves DaemonSets' pods where they are and takes the rest when it may", () => {
    const may = { ...COMMAND, ignoreDaemonSets: true, deleteEmptyDirData: true, force: true };
    expect(planDrain(may, [LONE, AGENT, WEB, SCRATCH], [AGENTS])).toEqual({ ok: true, pods: [LONE, WEB, SCRATCH] });
  });

  it('asks for nothing where the DaemonSet has gone or the pod has ended', () => {
    expect(planDrain(COMMAND, [AGENT], [])).toEqual({
      ok: false,
      error: 'daemonsets.apps "agent" not found: ops/agent',
    });
    const ended = [pod('done', '', {}, 'Succeeded'), pod('old-agent', 'DaemonSet/ds', {}, 'Failed')];
    expect(planDrain(COMMAND, ended, [AGENTS])).toEqual({ ok: true, pods: ended });
  });

  it('looks at the pods of its node that its selector takes', () => {
    const elsewhere = pod('web', 'ReplicaSet/rs', { nodeName: 'n2' });
    expect(podsToDrain(COMMAND, 'n1', [WEB, LONE, elsewhere])).toEqual([WEB, LONE]);
    expect(podsToDrain({ ...COMMAND, podSelector: 'app=web' }, 'n1', [WEB, LONE, elsewhere])).toEqual([WEB]);
  });
});
