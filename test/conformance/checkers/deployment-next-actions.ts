import type { ApiRequest } from '../../../src/cluster/api/calls.js';
import type { IntOrString } from '../../../src/cluster/api/objects/meta.js';
import type { PodTemplateSpec } from '../../../src/cluster/api/objects/pod.js';
import type { Deployment, ReplicaSet } from '../../../src/cluster/api/objects/workload.js';
import { controllerReference } from '../../../src/cluster/api/owner-references.js';
import { syncDeployment } from '../../../src/cluster/controllers/deployment/decide.js';
import { SECOND_US } from '../../../src/kernel/time.js';
import { answered, playStory } from '../../cluster/controllers/play-story.js';
import { type Checker, difference } from './checker.js';

interface Case {
  id: string;
  replicas: number;
  maxSurge: IntOrString;
  maxUnavailable: IntOrString;
  resolvedMaxSurge: number;
  replicaSets: {
    name: string;
    image: string;
    revision: number;
    createdSecondsAgo: number;
    specReplicas: number;
    readyReplicas: number;
    availableReplicas: number;
    desiredReplicasAnnotation: number;
  }[];
  expected: { scaleActions: { rs: string; replicas: number }[] };
}

const NOW = 1_000_000 * SECOND_US;
const SYNCS_TO_REST = 60;

function template(image: string): PodTemplateSpec {
  return { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image }] } };
}

function deploymentOf({ replicas, maxSurge, maxUnavailable }: Case): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: 'd',
      resourceVersion: 1,
      generation: 1,
      creationTimestamp: NOW - 1_000 * SECOND_US,
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: template('app:v9'),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    },
    status: {},
  };
}

function replicaSetOf(vector: Case, given: Case['replicaSets'][number], owner: Deployment): ReplicaSet {
  const desired = given.desiredReplicasAnnotation;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: given.name,
      namespace: 'default',
      uid: given.name,
      resourceVersion: 1,
      generation: 1,
      creationTimestamp: NOW - given.createdSecondsAgo * SECOND_US,
      labels: { app: 'web' },
      annotations: {
        'deployment.kubernetes.io/revision': String(given.revision),
        'deployment.kubernetes.io/desired-replicas': String(desired),
        'deployment.kubernetes.io/max-replicas': String(desired + vector.resolvedMaxSurge),
      },
      ownerReferences: [controllerReference(owner)],
    },
    spec: { replicas: given.specReplicas, selector: { matchLabels: { app: 'web' } }, template: template(given.image) },
    status: {
      replicas: given.specReplicas,
      readyReplicas: given.readyReplicas,
      availableReplicas: given.availableReplicas,
      observedGeneration: 1,
    },
  };
}

/** The writes of spec.replicas until the controller rests, with the statuses of the ReplicaSets as they were given. */
function scaleActions(vector: Case): { rs: string; replicas: number }[] {
  let deployment = deploymentOf(vector);
  const sets = new Map(vector.replicaSets.map((given) => [given.name, replicaSetOf(vector, given, deployment)]));
  const actions: { rs: string; replicas: number }[] = [];
  const answer = (request: ApiRequest) => {
    if (request.kind === 'Deployment') {
      deployment = request.body as Deployment;
      return answered(deployment);
    }
    if (request.verb === 'create') {
      const draft = request.body as ReplicaSet;
      const metadata = { ...draft.metadata, name: 'new', uid: 'new', creationTimestamp: NOW };
      const made = { ...draft, metadata, status: { replicas: 0 } } as ReplicaSet;
      sets.set('new', made);
      actions.push({ rs: 'new', replicas: made.spec.replicas! });
      return answered(made);
    }
    const next = request.body as ReplicaSet;
    if (sets.get(request.name)!.spec.replicas !== next.spec.replicas) {
      actions.push({ rs: request.name, replicas: next.spec.replicas! });
    }
    sets.set(request.name, next);
    return answered(next);
  };
  for (let sync = 0; sync < SYNCS_TO_REST; sync++) {
    playStory(syncDeployment({ deployment, candidates: [...sets.values()], pods: new Map(), now: NOW }), answer);
  }
  return actions;
}

/** `deployment.next-actions`: what the controller writes while the ReplicaSets stay as they are. */
export const deploymentNextActions: Checker = {
  kind: 'deployment.next-actions',
  check: (given: Case) => difference(scaleActions(given), given.expected.scaleActions),
};
